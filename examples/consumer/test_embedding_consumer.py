"""python3 -m unittest discover -s examples/consumer"""
import unittest

from embedding_consumer import Collections


class CollectionsTest(unittest.TestCase):
    def setUp(self):
        self.collections = Collections()

    def complete(self, generation, items, ends):
        self.collections.event({"state": "COMPLETE", "generation": generation, "items": items}, lambda: ends)

    def test_swaps_only_once_every_embedding_before_the_completion_was_read(self):
        self.collections.embedding("a", {"generation": 0, "vector": [1]})
        self.complete(0, 1, {0: 2})
        self.collections.swap({0: 1})
        self.assertEqual(-1, self.collections.serving)
        self.collections.swap({0: 2})
        self.assertEqual(0, self.collections.serving)

    def test_keeps_generations_apart_and_deletes_from_all(self):
        for generation in (0, 1):
            self.collections.embedding("a", {"generation": generation, "vector": [generation]})
            self.collections.embedding("b", {"generation": generation, "vector": [generation]})
        self.collections.embedding("a", None)
        self.complete(1, 1, {0: 4})
        self.collections.swap({0: 5})
        self.assertEqual({1: {"b": [1]}}, dict(self.collections.vectors))

    def test_a_completion_whose_generation_was_retired_meanwhile_is_skipped(self):
        for generation in (3, 4):
            self.collections.embedding("a", {"generation": generation, "vector": [generation]})
        self.complete(3, 1, {0: 4})
        self.collections.event({"state": "RETIRED", "generation": 3}, lambda: {})
        self.assertEqual([], self.collections.waiting)
        self.complete(3, 1, {0: 4})
        self.collections.swap({0: 4})
        self.assertEqual(-1, self.collections.serving)
        self.complete(4, 1, {0: 4})
        self.collections.swap({0: 4})
        self.assertEqual(4, self.collections.serving)

    def test_takes_the_newer_of_two_completions_that_were_both_read(self):
        for generation in (3, 4):
            self.collections.embedding("a", {"generation": generation, "vector": [generation]})
        self.complete(4, 1, {0: 2})
        self.complete(3, 1, {0: 2})
        self.collections.swap({0: 2})
        self.assertEqual(4, self.collections.serving)
        self.assertEqual({4: {"a": [4]}}, dict(self.collections.vectors))


if __name__ == "__main__":
    unittest.main()
