package io.anchorstream.model.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

/**
 * The sentence encoder all-MiniLM-L6-v2 (384 numbers, fp32) on ONNX Runtime: token vectors averaged under the attention
 * mask, then normalised. The quantised variant is not offered: its vectors depend on the rest of the batch.
 */
public final class MiniLmTextEncoder implements TextEncoder {
    private static final String MODEL = "/all-minilm-l6-v2.onnx";
    private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
    private static final int DIMENSION = 384;
    /** The window that the model was trained with; what follows is not read. */
    private static final int MAX_TOKENS = 256;
    /** Cut before tokenising, so that a description of a megabyte costs no more than its beginning. */
    private static final int MAX_CHARS = 2_000;

    private static final int MAX_BATCH = 32;
    /** Loading the native library and the graph overflows a Java thread's 1 MB, which ends the JVM without a word. */
    private static final long LOADING_STACK_BYTES = 32L << 20;

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;

    /**
     * @param threads of one run; 1 when the callers' threads already fill the cores
     * @throws UncheckedIOException if the model's files are not on the class path
     */
    public MiniLmTextEncoder(int threads) {
        Loaded loaded = onDeepStack(() -> load(threads));
        environment = loaded.environment();
        session = loaded.session();
        tokenizer = loaded.tokenizer();
    }

    private record Loaded(OrtEnvironment environment, OrtSession session, HuggingFaceTokenizer tokenizer) {}

    private static Loaded onDeepStack(Supplier<Loaded> loading) {
        FutureTask<Loaded> task = new FutureTask<>(loading::get);
        new Thread(null, task, "load-minilm", LOADING_STACK_BYTES).start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while loading MiniLM", e);
        }
    }

    private static Loaded load(int threads) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (InputStream tokens = resource(TOKENIZER);
                InputStream model = resource(MODEL);
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            // Freed arenas stay allocated otherwise, at the size of the longest text ever seen.
            options.setCPUArenaAllocator(false);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            return new Loaded(
                    environment,
                    environment.createSession(model.readAllBytes(), options),
                    HuggingFaceTokenizer.newInstance(
                            tokens,
                            Map.of(
                                    "truncation",
                                    "true",
                                    "maxLength",
                                    Integer.toString(MAX_TOKENS),
                                    "padding",
                                    "false")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the MiniLM files of the class path", e);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot load MiniLM: " + e.getMessage(), e);
        }
    }

    @Override
    public String version() {
        return "minilm-l6-v2-fp32/" + ItemText.VERSION;
    }

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public List<Optional<float[]>> encode(List<String> texts) {
        List<Optional<float[]>> vectors = new ArrayList<>();
        List<Encoding> encodings = new ArrayList<>();
        for (String text : texts) {
            vectors.add(Optional.empty());
            encodings.add(tokenizer.encode(ItemText.cut(text, MAX_CHARS)));
        }
        // Texts of like length share a run, so that little of it is padding.
        List<Integer> order = IntStream.range(0, texts.size())
                .filter(i -> hasWords(texts.get(i)))
                .boxed()
                .sorted(Comparator.comparing(i -> encodings.get(i).getIds().length))
                .toList();
        for (int from = 0; from < order.size(); from += MAX_BATCH) {
            List<Integer> chunk = order.subList(from, Math.min(order.size(), from + MAX_BATCH));
            List<float[]> encoded = run(chunk.stream().map(encodings::get).toList());
            for (int i = 0; i < chunk.size(); i++) {
                vectors.set(chunk.get(i), Optional.of(encoded.get(i)));
            }
        }
        return vectors;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close the session", e);
        } finally {
            tokenizer.close();
        }
    }

    private List<float[]> run(List<Encoding> batch) {
        int rows = batch.size();
        int columns = batch.stream().mapToInt(e -> e.getIds().length).max().orElse(1);
        long[] ids = new long[rows * columns];
        long[] mask = new long[rows * columns];
        for (int row = 0; row < rows; row++) {
            long[] tokens = batch.get(row).getIds();
            System.arraycopy(tokens, 0, ids, row * columns, tokens.length);
            Arrays.fill(mask, row * columns, row * columns + tokens.length, 1);
        }
        long[] shape = {rows, columns};
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.allocate(rows * columns), shape)) {
            Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
            inputs.put("input_ids", idTensor);
            inputs.put("attention_mask", maskTensor);
            inputs.put("token_type_ids", types);
            try (OrtSession.Result result = session.run(inputs)) {
                FloatBuffer states = ((OnnxTensor) result.get(0)).getFloatBuffer();
                return pooled(states, batch, columns);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot encode " + rows + " texts: " + e.getMessage(), e);
        }
    }

    /** Token states {@code [rows][columns][384]} to one unit vector a row. */
    private static List<float[]> pooled(FloatBuffer states, List<Encoding> batch, int columns) {
        List<float[]> vectors = new ArrayList<>();
        float[] token = new float[DIMENSION];
        for (int row = 0; row < batch.size(); row++) {
            float[] sum = new float[DIMENSION];
            for (int column = 0; column < batch.get(row).getIds().length; column++) {
                states.get((row * columns + column) * DIMENSION, token);
                for (int i = 0; i < DIMENSION; i++) {
                    sum[i] += token[i];
                }
            }
            UnitVectors.normalise(sum);
            vectors.add(sum);
        }
        return vectors;
    }

    private static boolean hasWords(String text) {
        return text.codePoints().limit(MAX_CHARS).anyMatch(Character::isLetterOrDigit);
    }

    private static InputStream resource(String name) throws IOException {
        InputStream stream = MiniLmTextEncoder.class.getResourceAsStream(name);
        if (stream == null) {
            throw new IOException(name + " is not on the class path; add the MiniLM jar or choose hashed text vectors");
        }
        return stream;
    }
}
