#!/bin/sh
# For "anchorstream embeddings follow --exec": points the alias `embeddings` at the generation's collection, in one step,
# and removes the connectors and collections of older ones. May be run again at any point. Settings as in open-qdrant.sh,
# and MISSING: how many points may be fewer than the items at completion, for items deleted since; a hundredth if not set.
set -eu
: "${QDRANT_URL:?}" "${CONNECT_URL:?}" "${ANCHORSTREAM_GENERATION:?}" "${ANCHORSTREAM_ITEMS:?}"
now=$ANCHORSTREAM_GENERATION
missing=${MISSING:-$((ANCHORSTREAM_ITEMS / 100))}
# The key goes by standard input: command lines can be read by everyone on the machine.
call() { printf 'api-key: %s\n' "${QDRANT_API_KEY:-}" | curl -fsS -H @- -H 'Content-Type: application/json' "$@"; }
# Numbers of the names that begin like this, one a line, those before the generation in service.
older() { grep -o "\"$1[0-9]*\"" | tr -dc '0-9\n' | while read -r one; do [ "$one" -ge "$now" ] || echo "$one"; done; }

counted=$(call -X POST "$QDRANT_URL/collections/embeddings-$now/points/count" -d '{"exact": true}')
points=$(printf '%s' "$counted" | tr -d ' \n' | sed -n 's/.*"count":\([0-9]*\).*/\1/p')
if [ "${points:-0}" -lt $((ANCHORSTREAM_ITEMS - missing)) ]; then
    echo "embeddings-$now has ${points:-0} points for $ANCHORSTREAM_ITEMS items: no swap yet; look at the connector" \
        "anchorstream-qdrant-$now, or, if that many items were deleted since, set MISSING to their number" >&2
    exit 1
fi

# Lists are taken first: what fails inside a test or a loop's list would pass for an empty one.
aliases=$(call "$QDRANT_URL/aliases")
create='{"create_alias": {"alias_name": "embeddings", "collection_name": "embeddings-'$now'"}}'
if printf '%s' "$aliases" | tr -d " \n" | grep -F '"alias_name":"embeddings"' >/dev/null; then
    create='{"delete_alias": {"alias_name": "embeddings"}}, '$create
fi
call -X POST "$QDRANT_URL/collections/aliases" -d '{"actions": ['"$create"']}' >/dev/null
echo "embeddings -> embeddings-$now"

connectors=$(curl -fsS "$CONNECT_URL/connectors")
collections=$(call "$QDRANT_URL/collections")
for one in $(printf '%s\n' "$connectors" | older anchorstream-qdrant-); do
    curl -fsS -X DELETE "$CONNECT_URL/connectors/anchorstream-qdrant-$one" >/dev/null
done
for one in $(printf '%s\n' "$collections" | older embeddings-); do
    call -X DELETE "$QDRANT_URL/collections/embeddings-$one" >/dev/null
done
