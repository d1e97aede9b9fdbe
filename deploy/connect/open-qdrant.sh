#!/bin/sh
# For "anchorstream embeddings follow --open": makes the generation's collection in Qdrant and the connector that fills it.
# May be run again at any point. QDRANT_URL and CONNECT_URL are their REST interfaces; QDRANT_API_KEY if it asks for one;
# DIMENSION if train.dimension is not 256. qdrant.json beside this file is the connector, but for the generation's number.
set -eu
: "${QDRANT_URL:?}" "${CONNECT_URL:?}" "${ANCHORSTREAM_GENERATION:?}"
collection=embeddings-$ANCHORSTREAM_GENERATION
connector=anchorstream-qdrant-$ANCHORSTREAM_GENERATION
dimension=${DIMENSION:-256}
# The key goes by standard input: command lines can be read by everyone on the machine.
call() { printf 'api-key: %s\n' "${QDRANT_API_KEY:-}" | curl -fsS -H @- -H 'Content-Type: application/json' "$@"; }

# Lists are taken first: what fails inside a test or a loop's list would pass for an empty one.
collections=$(call "$QDRANT_URL/collections")
if printf '%s\n' "$collections" | grep -F "\"$collection\"" >/dev/null; then
    there=$(call "$QDRANT_URL/collections/$collection")
    size=$(printf '%s' "$there" | tr -d ' \n' | sed -n 's/.*"vectors":{[^}]*"size":\([0-9]*\).*/\1/p')
    if [ "$size" != "$dimension" ]; then
        echo "$collection holds vectors of ${size:-an unknown number of} numbers, not of $dimension:" \
            "set DIMENSION to train.dimension, or delete the collection if it was made with another" >&2
        exit 1
    fi
else
    # Vectors have length one, so that the dot product is the cosine.
    call -X PUT "$QDRANT_URL/collections/$collection" \
        -d '{"vectors": {"size": '"$dimension"', "distance": "Dot"}}' >/dev/null
fi
connectors=$(curl -fsS "$CONNECT_URL/connectors")
if ! printf '%s\n' "$connectors" | grep -F "\"$connector\"" >/dev/null; then
    sed "s/GENERATION/$ANCHORSTREAM_GENERATION/g" "$(dirname "$0")/qdrant.json" |
    curl -fsS -X POST -H 'Content-Type: application/json' "$CONNECT_URL/connectors" -d @- >/dev/null
fi
echo "$connector fills $collection"
