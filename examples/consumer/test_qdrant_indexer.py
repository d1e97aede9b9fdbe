"""python3 -m unittest discover -s examples/consumer"""
import contextlib
import io
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from qdrant_indexer import ALIAS, QdrantCollections, _point, options


class Qdrant:
    """As much of Qdrant's interface as is used, and as strict about it."""

    def __init__(self):
        self.collections = {}
        self.aliases = {}

    def handle(self, method, path, body):
        parts = path.split("?")[0].strip("/").split("/")
        if (method, parts) == ("GET", ["aliases"]):
            return {"aliases": [{"alias_name": one, "collection_name": to} for one, to in self.aliases.items()]}
        if (method, parts) == ("GET", ["collections"]):
            return {"collections": [{"name": name} for name in self.collections]}
        if (method, parts) == ("POST", ["collections", "aliases"]):
            for action in body["actions"]:
                (kind, what), = action.items()
                if kind == "delete_alias":
                    del self.aliases[what["alias_name"]]
                else:
                    assert what["collection_name"] in self.collections
                    self.aliases[what["alias_name"]] = what["collection_name"]
            return True
        name, rest = parts[1], parts[2:]
        if (method, rest) == ("PUT", []):
            assert name not in self.collections and body["vectors"]["distance"] == "Dot"
            self.collections[name] = {}
            return True
        if (method, rest) == ("DELETE", []):
            assert name not in self.aliases.values(), "would be gone from under those who search"
            return self.collections.pop(name) is not None
        points = self.collections[name]
        if (method, rest) == ("PUT", ["points"]):
            points.update({one["id"]: one for one in body["points"]})
        elif (method, rest) == ("POST", ["points", "delete"]):
            for one in body["points"]:
                points.pop(one, None)
        else:
            assert (method, rest) == ("POST", ["points", "count"])
        return {"count": len(points)}


class ArgumentsTest(unittest.TestCase):
    def test_says_what_is_missing_instead_of_failing(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as ended:
            options().parse_args(["localhost:9092"])
        self.assertEqual(2, ended.exception.code)
        self.assertIn("registry, qdrant", said.getvalue())

    def test_has_a_help_text(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), self.assertRaises(SystemExit) as ended:
            options().parse_args(["--help"])
        self.assertEqual(0, ended.exception.code)
        self.assertIn("QDRANT_API_KEY", said.getvalue())

    def test_takes_the_three_addresses_in_order(self):
        found = options().parse_args(["broker:9092", "http://registry", "http://qdrant"])
        self.assertEqual(("broker:9092", "http://registry", "http://qdrant"),
                         (found.brokers, found.registry, found.qdrant))


class QdrantIndexerTest(unittest.TestCase):
    def setUp(self):
        qdrant = self.qdrant = Qdrant()

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                try:
                    result = qdrant.handle(self.command, self.path, json.loads(body) if body else None)
                    self.send_response(200)
                except Exception as e:  # the caller sees what is wrong
                    result = repr(e)
                    self.send_response(400)
                self.end_headers()
                self.wfile.write(json.dumps({"result": result}).encode())

            do_GET = do_PUT = do_POST = do_DELETE = answer

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.collections = self.open()

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()

    def open(self):
        return QdrantCollections(f"http://127.0.0.1:{self.server.server_port}/")

    def embed(self, item, generation):
        self.collections.embedding(
            item, {"generation": generation, "vector": [1.0, 0.0], "label": 3, "modelVersion": generation})

    def complete(self, generation):
        self.collections.event({"state": "COMPLETE", "generation": generation, "items": 2}, lambda: {0: 1})
        self.collections.swap({0: 1})

    def items(self, name):
        return sorted(point["payload"]["item"] for point in self.qdrant.collections[name].values())

    def test_moves_the_alias_on_completion_and_drops_the_older_collection(self):
        self.embed("a", 0)
        self.embed("b", 0)
        self.assertEqual({}, self.qdrant.aliases)
        self.complete(0)
        self.assertEqual({ALIAS: "embeddings-0"}, self.qdrant.aliases)
        self.embed("a", 1)
        self.embed("c", 1)
        self.assertEqual(["a", "b"], self.items("embeddings-0"), "as it was until the next one is complete")
        self.complete(1)
        self.assertEqual({ALIAS: "embeddings-1"}, self.qdrant.aliases)
        self.assertEqual(["embeddings-1"], list(self.qdrant.collections))
        self.assertEqual(["a", "c"], self.items("embeddings-1"))

    def test_deletes_from_every_generation_also_what_was_not_sent_yet(self):
        self.embed("a", 0)
        self.complete(0)
        self.embed("a", 1)
        self.embed("b", 1)
        self.collections.embedding("a", None)
        self.collections.flush()
        self.assertEqual([], self.items("embeddings-0"))
        self.assertEqual(["b"], self.items("embeddings-1"))

    def test_goes_on_with_the_collections_that_are_there(self):
        self.embed("a", 4)
        self.complete(4)
        self.collections = self.open()
        self.embed("a", 4)
        self.embed("b", 4)
        self.complete(4)
        self.collections.flush()
        self.assertEqual({ALIAS: "embeddings-4"}, self.qdrant.aliases)
        self.assertEqual(["a", "b"], self.items("embeddings-4"))

    def test_keeps_what_is_searched_when_its_successor_was_completed_while_it_was_down(self):
        self.embed("a", 3)
        self.complete(3)
        self.embed("a", 4)
        self.collections.flush()

        self.collections = self.open()
        self.assertEqual(3, self.collections.serving)
        self.collections.event({"state": "COMPLETE", "generation": 4, "items": 1}, lambda: {0: 9})
        self.collections.event({"state": "RETIRED", "generation": 3}, lambda: {})
        self.assertEqual({ALIAS: "embeddings-3"}, self.qdrant.aliases)
        self.assertEqual(["a"], self.items("embeddings-3"))

        self.collections.swap({0: 9})
        self.assertEqual({ALIAS: "embeddings-4"}, self.qdrant.aliases)
        self.assertEqual(["embeddings-4"], list(self.qdrant.collections))

    def test_names_points_as_the_transform_for_kafka_connect_does(self):
        self.assertEqual("2311939b-95d4-5ae5-9e8e-acd9bfa913ee", _point("a1"))

    def test_sends_large_numbers_of_points_in_pieces(self):
        for number in range(600):
            self.embed(f"item {number}", 0)
        self.assertEqual(512, len(self.qdrant.collections["embeddings-0"]))
        self.collections.flush()
        self.assertEqual(600, len(self.qdrant.collections["embeddings-0"]))


if __name__ == "__main__":
    unittest.main()
