"""Keeps one collection of vectors for each generation and says which one to search: the pattern every indexer follows.

Give `Collections` the five methods at its end for your search engine; qdrant_indexer.py does.

    pip install "confluent-kafka[avro]"
    python embedding_consumer.py localhost:9092 http://localhost:8081
"""
import argparse
from collections import defaultdict

EMBEDDINGS = "catalog.embeddings"
GENERATIONS = "catalog.generations"


class Collections:
    """Vectors by generation, and which generation is in service. Knows nothing of Kafka."""

    def __init__(self):
        self.vectors = defaultdict(dict)
        self.waiting = []  # (generation, items, {partition: offset to be read first})
        self.serving = -1  # of an index that is kept: the generation that its alias points to

    def embedding(self, item, record):
        if record is None:  # the item was deleted: from every generation
            self.delete(item)
        else:  # never into a collection of another generation: their vectors cannot be compared
            self.put(item, record)

    def event(self, record, ends):
        """`ends` tells where each embedding partition ends now: {partition: offset}."""
        if record["state"] == "COMPLETE":
            self.waiting.append((record["generation"], record["items"], ends()))
        elif record["state"] == "RETIRED" and record["generation"] != self.serving:
            self.remove(record["generation"])

    def swap(self, positions):
        """Completions whose embeddings have been read become the generation in service."""
        for completion in list(self.waiting):
            generation, items, ends = completion
            if completion in self.waiting and all(positions.get(partition, 0) >= end for partition, end in ends.items()):
                self.waiting.remove(completion)
                # A retired generation's vectors are no longer there, though its completion may still be read.
                if generation > self.serving and generation in self.generations():
                    self.serve(generation)
                    self.serving = generation
                    for old in [one for one in self.generations() if one < generation]:
                        self.remove(old)
                    print(f"serving generation {generation} with {self.count(generation)} vectors of {items} items")

    def remove(self, generation):
        self.drop(generation)
        self.waiting = [one for one in self.waiting if one[0] != generation]

    def put(self, item, record):
        self.vectors[record["generation"]][item] = record["vector"]

    def delete(self, item):
        for vectors in self.vectors.values():
            vectors.pop(item, None)

    def drop(self, generation):
        self.vectors.pop(generation, None)

    def serve(self, generation):
        """An alias would be pointed at the collection here."""

    def generations(self):
        return list(self.vectors)

    def count(self, generation):
        return len(self.vectors[generation])

    def flush(self):
        """Called when nothing more is there for the moment."""


def parser(doc):
    """Of what every indexer is told."""
    arguments = argparse.ArgumentParser(description=doc.splitlines()[0])
    arguments.add_argument("brokers", help="of Kafka, e.g. localhost:9092")
    arguments.add_argument("registry", help="address of the schema registry, e.g. http://localhost:8081")
    return arguments


def main(brokers, registry, collections):
    from confluent_kafka import Consumer, OFFSET_BEGINNING, TopicPartition
    from confluent_kafka.schema_registry import SchemaRegistryClient
    from confluent_kafka.schema_registry.avro import AvroDeserializer
    from confluent_kafka.serialization import MessageField, SerializationContext

    values = AvroDeserializer(SchemaRegistryClient({"url": registry}))
    consumer = Consumer({
        "bootstrap.servers": brokers,
        "group.id": "anchorstream-consumer",
        # Embeddings are written in transactions; without this, aborted ones would be read as well.
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
    })
    topics = consumer.list_topics(timeout=10).topics
    # Everything from the beginning: both topics are compacted. With an index that is kept, begin at the offsets you
    # stored with it instead.
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)
                     for topic in (EMBEDDINGS, GENERATIONS) for partition in topics[topic].partitions])
    embeddings = [TopicPartition(EMBEDDINGS, partition) for partition in topics[EMBEDDINGS].partitions]

    def ends():
        marks = {one.partition: consumer.get_watermark_offsets(one) for one in embeddings}
        # A partition without records has nothing to wait for, and never a position.
        return {partition: high for partition, (low, high) in marks.items() if high > low}

    try:
        while True:
            message = consumer.poll(0.5)
            if message is None:
                collections.flush()
            else:
                if message.error():
                    raise RuntimeError(message.error())
                record = values(message.value(), SerializationContext(message.topic(), MessageField.VALUE)) \
                    if message.value() is not None else None
                if message.topic() == EMBEDDINGS:
                    collections.embedding(message.key().decode(), record)
                elif record is not None:
                    collections.event(record, ends)
            # Transaction markers move positions without a message, so they are asked for, not counted.
            collections.swap({one.partition: one.offset for one in consumer.position(embeddings)})
    finally:
        consumer.close()


if __name__ == "__main__":
    arguments = parser(__doc__).parse_args()
    main(arguments.brokers, arguments.registry, Collections())
