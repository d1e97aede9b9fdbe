package io.anchorstream.bench.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.MiniBatch;
import io.anchorstream.model.training.PyTorchModelRuntime;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Learning;
import io.anchorstream.topology.training.Batches;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The run that nobody interrupts: a plain loop that trains on each batch and then puts it on the training log. */
final class ReferenceRun implements AutoCloseable {
    private final TinyBatches batches;
    private final int stepsPerVersion;
    private final String topic;
    private final Serializer<MiniBatch> serializer;
    private final Producer<String, byte[]> producer;
    private final Trainer trainer;
    private final List<String> digests = new ArrayList<>();

    ReferenceRun(Cluster cluster, Settings settings, long seed) {
        batches = new TinyBatches(seed);
        stepsPerVersion = settings.get(Keys.STEPS_PER_VERSION);
        topic = cluster.topics().trainingBatches().name();
        serializer = cluster.serde(MiniBatch.class).serializer();
        Map<String, Object> config = new HashMap<>(cluster.clientConfig());
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        trainer = new PyTorchModelRuntime(
                        settings.get(Keys.ENGINE_THREADS), settings.get(Keys.DEVICE), settings.get(Keys.PINNED_MEMORY))
                .newTrainer(Learning.config(settings));
        digests.add(trainer.artifact().weightsDigest());
    }

    /** Feeds the batches of one more version. */
    @SuppressWarnings("FutureReturnValueIgnored") // flush waits for all of them
    void feedVersion() {
        for (int i = 0; i < stepsPerVersion; i++) {
            MiniBatch batch = batches.next();
            trainer.train(Batches.of(batch));
            producer.send(new ProducerRecord<>(topic, 0, "0", serializer.serialize(topic, batch)));
        }
        producer.flush();
        digests.add(trainer.artifact().weightsDigest());
    }

    /** The last version that all batches are there for. */
    long last() {
        return digests.size() - 1L;
    }

    /** SHA-256 of the weights of every version, 0 first. */
    List<String> digests() {
        return List.copyOf(digests);
    }

    @Override
    public void close() {
        trainer.close();
        producer.close();
    }
}
