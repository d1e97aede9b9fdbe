#!/bin/sh
# For "anchorstream embeddings follow --exec": builds the index of the generation's table while the connector goes on
# writing, lets the view `embeddings` show that table from one moment to the next, and drops the older ones. May be run
# again at any point. DATABASE_URL is where pgvector.sql was run.
set -eu
: "${DATABASE_URL:?}" "${ANCHORSTREAM_GENERATION:?}"
psql "$DATABASE_URL" -qAtX -v ON_ERROR_STOP=1 -v now="$ANCHORSTREAM_GENERATION" <<'SQL'
SET client_min_messages = warning;
DO $$ BEGIN
    IF NOT pg_try_advisory_lock(hashtext('anchorstream'), 1) THEN
        RAISE EXCEPTION 'another swap is under way; this one is tried again';
    END IF;
END $$;
SELECT generation > :now AS late FROM embedding_service \gset
\if :late
    \echo a newer generation is in service already
    \quit
\endif

-- What a build that was broken off has left would be taken for an index.
SELECT format('DROP INDEX CONCURRENTLY %I', relname) FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE relname = 'embeddings_' || :now || '_hnsw' AND NOT indisvalid
\gexec
SELECT format('CREATE INDEX CONCURRENTLY IF NOT EXISTS %I ON %I USING hnsw (vector vector_ip_ops)',
              'embeddings_' || :now || '_hnsw', 'embeddings_' || :now)
\gexec

-- Who comes while this waits for running writers and searches waits too: not for long.
SET lock_timeout = '2s';
BEGIN;
LOCK TABLE embedding_service IN EXCLUSIVE MODE;
UPDATE embedding_service SET generation = :now;
SELECT format('CREATE OR REPLACE VIEW embeddings AS SELECT *, %s::bigint AS generation FROM %I',
              :now, 'embeddings_' || :now)
\gexec
COMMIT;
\echo embeddings -> embeddings_:now

SELECT format('DROP TABLE IF EXISTS %I', 'embeddings_' || generation) FROM embedding_generation WHERE generation < :now
\gexec
DELETE FROM embedding_generation WHERE generation < :now;
SQL
