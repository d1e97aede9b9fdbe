"""Keeps a Qdrant collection `embeddings-GENERATION` for each generation, and the alias `embeddings` on the complete one.

For those who have no Kafka Connect; with it, deploy/connect/qdrant.json does the same. Started again, this
one reads the topic from the beginning and writes the same points again; the alias stays where it is meanwhile.

    pip install "confluent-kafka[avro]"
    python qdrant_indexer.py localhost:9092 http://localhost:8081 http://localhost:6333     # QDRANT_API_KEY if it asks
"""
import json
import os
import urllib.request
import uuid

from embedding_consumer import Collections, main, parser

ALIAS = "embeddings"
PREFIX = ALIAS + "-"
BATCH = 256


class QdrantCollections(Collections):
    def __init__(self, url, key=""):
        super().__init__()
        self.url = url.rstrip("/")
        self.headers = {"Content-Type": "application/json", **({"api-key": key} if key else {})}
        self.points = {}  # by generation, not sent yet: {point id: point}
        self.known = {name for name in self._names() if name.startswith(PREFIX)}
        # What is searched must stay, also when its RETIRED is read before its successor is complete here.
        self.serving = int(self._aliases().get(ALIAS, PREFIX + "-1")[len(PREFIX):])

    def put(self, item, record):
        generation = record["generation"]
        name = PREFIX + str(generation)
        if name not in self.known:
            # Vectors have length one, so that the dot product is the cosine.
            self._call("PUT", f"/collections/{name}", {"vectors": {"size": len(record["vector"]), "distance": "Dot"}})
            self.known.add(name)
        waiting = self.points.setdefault(generation, {})
        waiting[_point(item)] = {
            "id": _point(item), "vector": record["vector"],
            "payload": {"item": item, "label": record["label"], "modelVersion": record["modelVersion"]}}
        if len(waiting) >= BATCH:
            self.flush()

    def delete(self, item):
        self.flush()  # what is sent later must not bring it back
        for name in self.known:
            self._call("POST", f"/collections/{name}/points/delete?wait=true", {"points": [_point(item)]})

    def drop(self, generation):
        self.points.pop(generation, None)
        name = PREFIX + str(generation)
        if name in self.known:
            self._call("DELETE", f"/collections/{name}")
            self.known.discard(name)

    def serve(self, generation):
        self.flush()
        actions = [{"delete_alias": {"alias_name": ALIAS}}] if ALIAS in self._aliases() else []
        actions.append({"create_alias": {"alias_name": ALIAS, "collection_name": PREFIX + str(generation)}})
        self._call("POST", "/collections/aliases", {"actions": actions})  # all of them at once

    def generations(self):
        return [int(name[len(PREFIX):]) for name in self.known]

    def count(self, generation):
        return self._call("POST", f"/collections/{PREFIX}{generation}/points/count", {"exact": True})["count"]

    def flush(self):
        for generation, points in self.points.items():
            if points:
                self._call("PUT", f"/collections/{PREFIX}{generation}/points?wait=true",
                           {"points": list(points.values())})
                points.clear()

    def _aliases(self):
        return {one["alias_name"]: one["collection_name"] for one in self._call("GET", "/aliases")["aliases"]}

    def _names(self):
        return [one["name"] for one in self._call("GET", "/collections")["collections"]]

    def _call(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, method=method, headers=self.headers, data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["result"]


def options():
    arguments = parser(__doc__)
    arguments.add_argument("qdrant", help="address of Qdrant, e.g. http://localhost:6333; its key is taken from QDRANT_API_KEY")
    return arguments


def _point(item):
    """Points are named by numbers or UUIDs: the same item gets the same one, also from our transform for Kafka Connect."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "anchorstream:" + item))


if __name__ == "__main__":
    arguments = options().parse_args()
    main(arguments.brokers, arguments.registry, QdrantCollections(arguments.qdrant, os.environ.get("QDRANT_API_KEY", "")))
