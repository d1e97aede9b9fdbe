#!/bin/sh
# For "anchorstream embeddings follow --exec": lets the view `embeddings` show the generation's table, in one transaction,
# once its index is built, and drops the older ones. DATABASE_URL is where pgvector.sql was run.
set -eu
: "${DATABASE_URL:?}" "${ANCHORSTREAM_GENERATION:?}"
psql "$DATABASE_URL" -qX -v ON_ERROR_STOP=1 -v generation="$ANCHORSTREAM_GENERATION" <<'SQL'
SELECT set_config('anchorstream.generation', :'generation', false) \g /dev/null
SET client_min_messages = warning;
DO $$
DECLARE
    now bigint := current_setting('anchorstream.generation');
    old bigint;
BEGIN
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I USING hnsw (vector vector_ip_ops)',
                   'embeddings_' || now || '_hnsw', 'embeddings_' || now);
    EXECUTE format('CREATE OR REPLACE VIEW embeddings AS SELECT *, %s::bigint AS generation FROM %I',
                   now, 'embeddings_' || now);
    FOR old IN SELECT generation FROM embedding_generation WHERE generation < now LOOP
        EXECUTE format('DROP TABLE %I', 'embeddings_' || old);
        DELETE FROM embedding_generation WHERE generation = old;
    END LOOP;
END $$;
SQL
echo "embeddings -> embeddings_$ANCHORSTREAM_GENERATION"
