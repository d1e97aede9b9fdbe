#!/bin/sh
# For "anchorstream embeddings follow --exec": points the alias `embeddings` at the generation's index, in OpenSearch or
# Elasticsearch, in one step. SEARCH_URL is its address, with user and password if it asks for them.
set -eu
: "${SEARCH_URL:?}" "${ANCHORSTREAM_GENERATION:?}"
index=embeddings-$ANCHORSTREAM_GENERATION
curl -fsS -X POST "$SEARCH_URL/$index/_refresh" >/dev/null
curl -fsS -X POST "$SEARCH_URL/_aliases" -H 'Content-Type: application/json' -d '{"actions": [
    {"remove": {"index": "embeddings-*", "alias": "embeddings", "must_exist": false}},
    {"add": {"index": "'"$index"'", "alias": "embeddings"}}]}' >/dev/null
echo "embeddings -> $index"
