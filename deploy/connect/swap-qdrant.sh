#!/bin/sh
# For "anchorstream embeddings follow --exec": points the alias `embeddings` at the generation's collection, in one step,
# and removes the connectors and collections of older ones. May be run again at any point. Settings as in open-qdrant.sh.
set -eu
: "${QDRANT_URL:?}" "${CONNECT_URL:?}" "${ANCHORSTREAM_GENERATION:?}"
now=$ANCHORSTREAM_GENERATION
call() { curl -fsS -H 'Content-Type: application/json' -H "api-key: ${QDRANT_API_KEY:-}" "$@"; }
# Numbers of the names that begin like this, one a line, those before the generation in service.
older() { grep -o "\"$1[0-9]*\"" | tr -dc '0-9\n' | while read -r one; do [ "$one" -ge "$now" ] || echo "$one"; done; }

create='{"create_alias": {"alias_name": "embeddings", "collection_name": "embeddings-'$now'"}}'
if call "$QDRANT_URL/aliases" | tr -d " \n" | grep -F '"alias_name":"embeddings"' >/dev/null; then
    create='{"delete_alias": {"alias_name": "embeddings"}}, '$create
fi
call -X POST "$QDRANT_URL/collections/aliases" -d '{"actions": ['"$create"']}' >/dev/null
echo "embeddings -> embeddings-$now"

for one in $(curl -fsS "$CONNECT_URL/connectors" | older anchorstream-qdrant-); do
    curl -fsS -X DELETE "$CONNECT_URL/connectors/anchorstream-qdrant-$one" >/dev/null
done
for one in $(call "$QDRANT_URL/collections" | older embeddings-); do
    call -X DELETE "$QDRANT_URL/collections/embeddings-$one" >/dev/null
done
