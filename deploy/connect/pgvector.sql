-- Where deploy/connect/pgvector.json writes to, once per database:
--     psql "$DATABASE_URL" -v dimension=256 -f pgvector.sql
-- The connector keeps embedding_inbox as the topic is: the newest vector of each item. A trigger puts each vector into the
-- table of its generation, whose vectors alone may be compared, and takes a deleted item out of all of them. The view
-- `embeddings` shows the generation that swap-pgvector.sh has put into service.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE IF NOT EXISTS embedding_inbox (
    item_id text PRIMARY KEY,
    vector real[] NOT NULL,
    generation bigint NOT NULL,
    model_version bigint NOT NULL,
    label bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS embedding_generation (
    generation bigint PRIMARY KEY,
    model_version bigint NOT NULL
);

-- One row: what the view shows, -1 before the first swap. Writers share a lock on it, so that a swap waits for those that
-- still write to tables which it will drop, and those after it see its outcome. (A lock on the row would let them starve it.)
CREATE TABLE IF NOT EXISTS embedding_service (generation bigint NOT NULL);
INSERT INTO embedding_service SELECT -1 WHERE NOT EXISTS (SELECT FROM embedding_service);

-- What the table of each generation looks like.
CREATE TABLE IF NOT EXISTS embedding_template (
    item_id text PRIMARY KEY,
    vector vector(:dimension) NOT NULL,
    model_version bigint NOT NULL,
    label bigint NOT NULL
);

CREATE OR REPLACE FUNCTION route_embedding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    serving bigint;
    one bigint;
BEGIN
    LOCK TABLE embedding_service IN ROW SHARE MODE;
    SELECT generation INTO STRICT serving FROM embedding_service;
    IF TG_OP = 'DELETE' THEN
        FOR one IN SELECT generation FROM embedding_generation WHERE generation >= serving LOOP
            EXECUTE format('DELETE FROM %I WHERE item_id = $1', 'embeddings_' || one) USING OLD.item_id;
        END LOOP;
        RETURN OLD;
    END IF;
    IF NEW.generation < serving THEN
        RETURN NEW; -- it was replaced
    END IF;
    IF NOT EXISTS (SELECT FROM embedding_generation WHERE generation = NEW.generation) THEN
        PERFORM pg_advisory_xact_lock(hashtext('anchorstream'), 2); -- two at once would both make it, and one fail
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I (LIKE embedding_template INCLUDING ALL)',
                       'embeddings_' || NEW.generation);
        INSERT INTO embedding_generation VALUES (NEW.generation, NEW.model_version) ON CONFLICT DO NOTHING;
    END IF;
    EXECUTE format('INSERT INTO %I VALUES ($1, $2, $3, $4) ON CONFLICT (item_id) DO UPDATE SET'
                   ' vector = excluded.vector, model_version = excluded.model_version, label = excluded.label',
                   'embeddings_' || NEW.generation)
        USING NEW.item_id, NEW.vector, NEW.model_version, NEW.label;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS route_embedding ON embedding_inbox;
CREATE TRIGGER route_embedding AFTER INSERT OR UPDATE OR DELETE ON embedding_inbox
    FOR EACH ROW EXECUTE FUNCTION route_embedding();
