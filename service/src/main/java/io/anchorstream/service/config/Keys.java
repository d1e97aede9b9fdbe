package io.anchorstream.service.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.anchorstream.topology.training.GateRule;
import io.anchorstream.topology.training.GateSettings;

/** Every configuration key, declared once. The order is that of {@code docs/configuration.md}. */
public final class Keys {

    public static final ConfigKey<Path> DATA = key(
            "data.folder",
            ValueType.path(),
            "data",
            "Folder for everything this process writes: state stores, checkpoints, indexes, logs.");
    public static final ConfigKey<String> APPLICATION = key(
            "application.id",
            ValueType.text("letters, digits, dots and dashes"),
            "anchorstream",
            "Start of the consumer group names; deployments that share a cluster need different ones.");
    public static final ConfigKey<String> HTTP_HOST = key(
            "http.host",
            ValueType.text("a host name or address"),
            "127.0.0.1",
            "Address the page and the health endpoints listen on: this machine only, unless told otherwise (0.0.0.0 = all).");
    public static final ConfigKey<Integer> HTTP_PORT = key(
            "http.port", ValueType.integer(0, 65_535), "8080", "Port of the page and of /metrics; 0 picks a free one.");

    public static final ConfigKey<String> PEERS_HOST = key(
            "peers.host",
            ValueType.text("a host name or address, or empty"),
            "",
            "Address that peers.port listens on (0.0.0.0 = all); empty = that of http.host.");
    public static final ConfigKey<Integer> PEERS_PORT = key(
            "peers.port",
            ValueType.integer(-1, 65_535),
            "0",
            "Port on peers.host at which instances hear at once that this one died; 0 picks a free one, -1 = none: they wait"
                    + " until its sessions end.");
    public static final ConfigKey<String> HTTP_TOKEN = key(
            "http.token",
            ValueType.text("any text, or empty"),
            "",
            "What requests that change something must carry as Authorization: Bearer; empty = they are refused.");

    public static final ConfigKey<String> TOPIC_PREFIX = key(
            "topics.prefix",
            ValueType.parsed("at most 200 letters, digits, dots, dashes or underscores", Keys::prefix),
            "",
            "Put before every topic's name, for several tenants on one cluster.");
    public static final ConfigKey<Integer> ITEM_PARTITIONS = key(
            "topics.item-partitions",
            ValueType.integer(1, 10_000),
            "4",
            "Partitions of the item topics; caps how many instances share the label and embed roles.");
    public static final ConfigKey<Integer> SAMPLER_PARTITIONS = key(
            "topics.sampler-partitions",
            ValueType.integer(1, 1_000),
            "4",
            "Partitions behind clustering and batching; more samplers, smaller class buffers each.");
    public static final ConfigKey<Integer> REPLICATION = key(
            "topics.replication-factor",
            ValueType.integer(-1, 100),
            "-1",
            "Copies of each partition; -1 takes the broker's default.");
    public static final ConfigKey<Boolean> CREATE_TOPICS = key(
            "topics.create",
            ValueType.flag(),
            "true",
            "Create missing topics at start; false where someone else does.");
    public static final ConfigKey<Duration> BATCH_RETENTION = key(
            "topics.batch-retention",
            ValueType.duration(),
            "7d",
            "How long mini-batches are kept; a trainer away for longer loses the rest.");
    public static final ConfigKey<Long> BATCH_RETENTION_BYTES =
            key("topics.batch-retention-bytes", ValueType.bytes(), "-1", "Upper bound of the mini-batches on disk.");

    public static final ConfigKey<Integer> LABEL_THREADS =
            key("label.threads", ValueType.integer(1, 256), "1", "Stream threads of the label role in this process.");
    public static final ConfigKey<Integer> IMAGE_SIZE = key(
            "image.size",
            ValueType.integer(16, 512),
            "48",
            "Edge of the canonical pictures; all roles of a deployment must agree.");
    public static final ConfigKey<Integer> IMAGE_MAX_BYTES =
            key("image.max-bytes", ValueType.memory(), "11MB", "Largest encoded picture that is decoded.");
    public static final ConfigKey<Integer> IMAGE_MAX_PIXELS = key(
            "image.max-pixels",
            ValueType.integer(1, 1_000_000_000),
            "50000000",
            "Largest width x height that is decoded.");
    public static final ConfigKey<String> TEXT_ENCODER = key(
            "text.encoder",
            ValueType.choice("minilm", "hashed"),
            "minilm",
            "Frozen sentence encoder: minilm (meaning, ~150 texts/s a core) or hashed (words, very fast).");

    public static final ConfigKey<Boolean> FETCH_ITEMS = key(
            "fetch.items",
            ValueType.flag(),
            "true",
            "Whether the label role fetches the pictures of items that only name an address; false makes dead letters of"
                    + " them, and the role needs no way out of its network.");
    public static final ConfigKey<Integer> FETCH_PER_HOST =
            key("fetch.per-host", ValueType.integer(1, 64), "4", "Pictures fetched at once from one host.");
    public static final ConfigKey<Duration> FETCH_TIMEOUT = key(
            "fetch.timeout", ValueType.duration(), "10s", "To connect, and again between two packets of an answer.");
    public static final ConfigKey<Duration> FETCH_DEADLINE = key(
            "fetch.deadline", ValueType.duration(), "60s", "For one picture, redirects and further attempts included.");
    public static final ConfigKey<Integer> FETCH_RETRIES = key(
            "fetch.retries",
            ValueType.integer(0, 20),
            "3",
            "Further attempts after a connection failure, 429 or 5xx; the wait doubles from one second.");
    public static final ConfigKey<Integer> FETCH_REDIRECTS =
            key("fetch.redirects", ValueType.integer(0, 10), "3", "Redirects followed for one picture.");
    public static final ConfigKey<Integer> FETCH_MAX_BYTES =
            key("fetch.max-bytes", ValueType.memory(), "11MB", "Largest picture that is fetched.");
    public static final ConfigKey<Set<String>> FETCH_TRUSTED = key(
            "fetch.trusted-hosts",
            ValueType.parsed("host names separated by commas", Keys::hosts),
            "",
            "Hosts whose addresses may be private, such as your own image server; all others must be public.");

    public static final ConfigKey<String> LABEL_RULES = key(
            "label.rules",
            ValueType.text("the path of a YAML file, or empty"),
            "",
            "Labelling functions (keyword, regex, category, attribute); empty = clustering alone.");
    public static final ConfigKey<Double> LABEL_JOIN = key(
            "label.join",
            ValueType.number(0, 0.99),
            "0",
            "Cosine of the texts of two items from which they get one label; higher = purer, smaller classes; 0 = found"
                    + " from the texts of each block.");
    public static final ConfigKey<Double> LABEL_MERGE = key(
            "label.merge",
            ValueType.number(0, 1),
            "0",
            "Cosine of two class centroids from which the classes become one, above label.join; 0 = when items of the two"
                    + " are as alike as label.join asks.");
    public static final ConfigKey<Integer> HOLDOUT_ONE_IN = key(
            "label.holdout-one-in",
            ValueType.integer(0, 1_000_000),
            "20",
            "One label in so many is kept out of training to score versions; 0 = none.");
    public static final ConfigKey<Integer> BATCH_LABELS =
            key("batch.labels", ValueType.integer(2, 1_024), "16", "P, labels in a mini-batch.");
    public static final ConfigKey<Integer> BATCH_ITEMS =
            key("batch.items-per-label", ValueType.integer(2, 256), "4", "K, items of each label in a mini-batch.");
    public static final ConfigKey<Integer> BATCH_GRADIENTS = key(
            "batch.gradient-images-per-item",
            ValueType.integer(1, 256),
            "4",
            "The training budget: images trained on for each arriving item, itself included; the rest is replay.");
    public static final ConfigKey<Integer> BATCH_NEAR = key(
            "batch.near-labels",
            ValueType.integer(0, 1_024),
            "0",
            "Replayed labels chosen near a fresh one in text, for harder negatives.");
    public static final ConfigKey<Integer> BATCH_BUFFER =
            key("batch.buffer-per-label", ValueType.integer(2, 100_000), "32", "M, items kept per label for replay.");
    public static final ConfigKey<Duration> BATCH_QUIET = key(
            "batch.quiet-flush",
            ValueType.duration(),
            "2s",
            "When nothing arrived for so long, waiting items leave in smaller batches; 0s = never, then batches are a"
                    + " function of the input alone.");
    public static final ConfigKey<String> NETWORK = key(
            "train.network",
            ValueType.choice("hybrid", "resnet", "torchscript"),
            "hybrid",
            "hybrid: fixed oriented-gradient and colour stem under learned layers; resnet: from scratch; torchscript: your backbone.");
    public static final ConfigKey<Map<String, String>> NETWORK_OPTIONS = key(
            "train.network-options",
            ValueType.options(),
            "",
            "Options of the network, e.g. file=backbone.pt for torchscript.");
    public static final ConfigKey<String> LOSS = key(
            "train.loss",
            ValueType.text("a loss's name"),
            "adaptive-triplet",
            "Loss by name; an unknown one lists all.");
    public static final ConfigKey<Map<String, String>> LOSS_OPTIONS =
            key("train.loss-options", ValueType.options(), "", "Options of the loss, e.g. beta=0.2.");
    public static final ConfigKey<Integer> DIMENSION = key(
            "train.dimension",
            ValueType.integer(8, 1_024).because("an index holds no longer vectors"),
            "256",
            "Length of the vectors.");
    public static final ConfigKey<Double> LEARNING_RATE =
            key("train.learning-rate", ValueType.number(0, 1), "0.0001", "Learning rate of AdamW.");
    public static final ConfigKey<Double> WEIGHT_DECAY =
            key("train.weight-decay", ValueType.number(0, 1), "0.0001", "Weight decay of AdamW.");
    public static final ConfigKey<Double> CLIP_NORM =
            key("train.clip-norm", ValueType.number(0, 1_000_000), "1", "Largest norm of a step's gradient.");
    public static final ConfigKey<Double> EMA_DECAY = key(
            "train.ema-decay",
            ValueType.number(0, 1),
            "0.99",
            "Decay of the moving average of the weights, which is what is served.");
    public static final ConfigKey<Integer> MEMORY_ROWS = key(
            "train.memory-rows",
            ValueType.integer(-1, 1_000_000),
            "-1",
            "Rows of the cross-batch memory; 0 = none, -1 = the checkpoint's, or 4096 where the loss needs one.");
    public static final ConfigKey<Integer> MEMORY_MAX_AGE = key(
            "train.memory-max-age",
            ValueType.integer(1, 1_000_000),
            "2000",
            "Steps after which a memory row is dropped.");
    public static final ConfigKey<Integer> MEMORY_WARM_UP = key(
            "train.memory-warm-up",
            ValueType.integer(0, 1_000_000),
            "100",
            "Steps before the memory is used; sooner once its rows are seen to move slowly.");
    public static final ConfigKey<String> AUGMENTATION = key(
            "train.augmentation",
            ValueType.text("an augmentation's name"),
            "crop",
            "Augmentation of replayed pictures; fresh ones come as they are.");
    public static final ConfigKey<Long> SEED = key(
            "train.seed",
            ValueType.seed(),
            "1",
            "Seed of everything random; same input and seed give the same weights on CPU.");
    public static final ConfigKey<Integer> ENGINE_THREADS = key(
            "train.engine-threads",
            ValueType.integer(1, 256),
            "1",
            "Threads of the engine for one operation; part of reproducibility.");
    public static final ConfigKey<String> DEVICE =
            key("train.device", ValueType.choice("auto", "cpu", "gpu"), "auto", "Where to train.");
    public static final ConfigKey<Integer> PREFETCH_BATCHES = key(
            "train.prefetch-batches",
            ValueType.integer(1, 16),
            "3",
            "Mini-batches that are read and decoded while a step is under way, on a thread of their own and into memory that"
                    + " is used again; more where the device waits, at P x K x 3 x size x size x 4 bytes each. Changes speed"
                    + " only.");
    public static final ConfigKey<Boolean> PINNED_MEMORY = key(
            "train.pinned-memory",
            ValueType.flag(),
            "true",
            "Lock the pages of that memory where training is on a GPU, which then copies from it directly.");
    public static final ConfigKey<Integer> STEPS_PER_VERSION = key(
            "train.steps-per-version",
            ValueType.integer(1, 1_000_000),
            "100",
            "Steps from one model version to the next.");
    public static final ConfigKey<Double> TRAIN_SHARE = key(
            "train.least-share",
            ValueType.number(0.01, 1),
            "0.2",
            "Training, scoring and refreshes in the same process as the label role wait while new items are late, but"
                    + " keep this share of their time; 1 = never wait.");
    public static final ConfigKey<Boolean> START_OVER = key(
            "train.start-over",
            ValueType.flag(),
            "false",
            "Begin a new model where the checkpoints fit the configuration no more or are gone; false stops instead.");
    public static final ConfigKey<Boolean> SHARE_CHECKPOINTS = key(
            "train.share-checkpoints",
            ValueType.flag(),
            "true",
            "Publish checkpoints to model.checkpoints with each version, so that a standby on another machine takes over;"
                    + " false where they are too large for that.");
    public static final ConfigKey<Integer> KEEP_CHECKPOINTS =
            key("train.keep-checkpoints", ValueType.integer(3, 1_000), "3", "Newest checkpoints kept on disk.");
    public static final ConfigKey<Integer> KEEP_VERSIONS = key(
            "train.keep-versions",
            ValueType.integer(1, 1_000),
            "5",
            "Newest versions whose weights stay on the topic.");
    public static final ConfigKey<Integer> HOLDOUT_ITEMS = key(
            "train.holdout-items",
            ValueType.integer(50, 1_000_000),
            "2000",
            "Most hold-out items scored for a version: half of them test groups where there are any.");
    public static final ConfigKey<List<GateRule>> GATE_RULES = key(
            "gate.rules",
            ValueType.parsed("rules METRIC higher|lower GAIN [shown], separated by commas", GateRule::parseAll),
            GateSettings.RULES,
            "What a version must gain on the hold-out over the one in service. A rule fails when the noise cannot explain"
                    + " a smaller gain; with shown it passes only when the noise cannot explain as large a one.");
    public static final ConfigKey<Double> GATE_CONFIDENCE = key(
            "gate.confidence",
            ValueType.number(0.5, 0.999),
            "0.9",
            "Confidence of the intervals (paired bootstrap over classes) by which the gate tells gains from noise.");
    public static final ConfigKey<Double> GATE_CATEGORY_LOSS = key(
            "gate.category-loss",
            ValueType.number(0, 1),
            "0.1",
            "Most that MAP@R may fall in any category with 20 hold-out queries or more, beyond the noise.");
    public static final ConfigKey<Double> GATE_CROSS_RECALL = key(
            "gate.cross-recall",
            ValueType.number(0, 1),
            "0",
            "Least share of the present Recall@1 that queries by the new version reach in the present index; 0 = not asked.");
    public static final ConfigKey<Integer> GATE_MINIMUM_ITEMS = key(
            "gate.minimum-items",
            ValueType.integer(2, 1_000_000),
            "50",
            "Hold-outs with fewer items outside the test groups decide nothing: versions are promoted unscored.");
    public static final ConfigKey<Double> GATE_MINIMUM_SPREAD = key(
            "gate.minimum-spread",
            ValueType.number(0, 1),
            "0.1",
            "Least spread of the vectors, relative to an even one over the sphere; below it they have collapsed.");
    /** A rollback holds until the operator says otherwise. */
    public static final String UNTIL_UNPINNED = "until-unpinned";

    public static final ConfigKey<String> ROLLBACK_STICKS = key(
            "gate.rollback-sticks",
            ValueType.choice(UNTIL_UNPINNED, "until-better"),
            UNTIL_UNPINNED,
            "What ends a rollback: an unpin command alone, or also a later version that passes the gate.");
    public static final ConfigKey<Boolean> GATE_SHADOW =
            key("gate.shadow", ValueType.flag(), "false", "Only report what the gate would decide; promote nothing.");

    public static final ConfigKey<Integer> EMBED_THREADS =
            key("embed.threads", ValueType.integer(1, 256), "1", "Stream threads of the embed role in this process.");
    public static final ConfigKey<Integer> EMBED_BATCH =
            key("embed.batch-size", ValueType.integer(1, 4_096), "32", "Most items in one inference call.");
    public static final ConfigKey<Double> REFRESH_RATE = key(
            "embed.refresh-per-second",
            ValueType.number(0, Double.POSITIVE_INFINITY),
            "0",
            "Most items a partition re-embeds a second for a new generation; 0 = as fast as it goes.");
    public static final ConfigKey<Boolean> KEEP_VECTORS = key(
            "embed.keep-vectors",
            ValueType.flag(),
            "true",
            "Keep each item's vectors of the last two versions, so that a rollback publishes them again without the model.");

    public static final ConfigKey<Boolean> KEEP_FIRST = key(
            "index.compare-with-first",
            ValueType.flag(),
            "false",
            "Embed later items under the first generation too, so that the page compares galleries of one size; costs a"
                    + " second inference for each item.");

    private Keys() {}

    /** Every key in order of declaration. */
    public static List<ConfigKey<?>> all() {
        return Section.all().stream()
                .<ConfigKey<?>>flatMap(section -> section.keys().stream())
                .toList();
    }

    private static <T> ConfigKey<T> key(String name, ValueType<T> type, String standard, String doc) {
        return new ConfigKey<>(name, type, standard, doc);
    }

    private static Set<String> hosts(String text) {
        return Arrays.stream(text.split(","))
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String prefix(String text) {
        if (!text.matches("[a-zA-Z0-9._-]{0,200}")) {
            throw new IllegalArgumentException();
        }
        return text;
    }
}
