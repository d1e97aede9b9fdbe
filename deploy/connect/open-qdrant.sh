#!/bin/sh
# For "anchorstream embeddings follow --open": makes the generation's collection in Qdrant and the connector that fills it.
# May be run again at any point. QDRANT_URL and CONNECT_URL are their REST interfaces; QDRANT_API_KEY if it asks for one;
# DIMENSION if train.dimension is not 256. qdrant.json beside this file is the connector, but for the generation's number.
set -eu
: "${QDRANT_URL:?}" "${CONNECT_URL:?}" "${ANCHORSTREAM_GENERATION:?}"
collection=embeddings-$ANCHORSTREAM_GENERATION
connector=anchorstream-qdrant-$ANCHORSTREAM_GENERATION
call() { curl -fsS -H 'Content-Type: application/json' -H "api-key: ${QDRANT_API_KEY:-}" "$@"; }

# Vectors have length one, so that the dot product is the cosine.
call "$QDRANT_URL/collections" | grep -F "\"$collection\"" >/dev/null ||
    call -X PUT "$QDRANT_URL/collections/$collection" \
        -d '{"vectors": {"size": '"${DIMENSION:-256}"', "distance": "Dot"}}' >/dev/null
curl -fsS "$CONNECT_URL/connectors" | grep -F "\"$connector\"" >/dev/null ||
    sed "s/GENERATION/$ANCHORSTREAM_GENERATION/g" "$(dirname "$0")/qdrant.json" |
    curl -fsS -X POST -H 'Content-Type: application/json' "$CONNECT_URL/connectors" -d @- >/dev/null
echo "$connector fills $collection"
