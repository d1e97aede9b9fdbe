package io.anchorstream.model.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.network.Script;
import io.anchorstream.model.network.ScriptedModule;

/**
 * Writes a TorchScript file: a zip of the module's method as source text, a pickle of the module, and the values of its
 * tensors. Equal content gives equal bytes. The layout is that of PyTorch's {@code torch/csrc/jit/docs/serialization.md}.
 */
final class TorchScriptArchive {
    /** Of file format and operators; PyTorch 1.12 and newer read it. */
    private static final String VERSION = "10";

    private static final String ROOT = "model/";
    private static final String SCOPE = "__torch__.anchorstream";
    /** Qualified name of the module's class. */
    static final String TYPE = SCOPE + ".Embedder";

    private static final long EPOCH_OF_ZIP = 315_532_800_000L;

    private TorchScriptArchive() {}

    /**
     * @param tensors attributes of the module, float32, by names that are identifiers
     * @param part a module of another file that becomes the attribute {@link Script#MODULE}
     * @param method {@code def forward(self, ...)} in TorchScript, indented by two
     */
    static void write(Map<String, Tensor> tensors, Optional<ScriptedModule> part, String method, OutputStream out)
            throws IOException {
        StringBuilder code = new StringBuilder("class Embedder(Module):\n  __parameters__ = []\n  __buffers__ = [");
        tensors.keySet().forEach(name -> code.append('"').append(name).append("\", "));
        code.append("]\n  training : bool\n");
        tensors.keySet().forEach(name -> code.append("  ").append(name).append(" : Tensor\n"));
        part.ifPresent(it -> code.append("  ")
                .append(Script.MODULE)
                .append(" : ")
                .append(it.type())
                .append('\n'));
        code.append(method);
        // By name: files of the part keep theirs, since its pickle and its code refer to them.
        Map<String, byte[]> files =
                new TreeMap<>(Map.of("constants.pkl", new Pickle().op(')').end()));
        part.ifPresent(it -> files.putAll(it.files()));
        files.put("code/" + SCOPE.replace('.', '/') + ".py", code.toString().getBytes(StandardCharsets.UTF_8));
        int number = 0;
        for (Tensor tensor : tensors.values()) {
            files.put("data/" + storage(number++), tensor.data());
        }
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            store(zip, "data.pkl", module(tensors, part));
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                store(zip, file.getKey(), file.getValue());
            }
            // One number for all operators: those of the part may mean something else under another.
            String version = part.map(ScriptedModule::version).orElse(VERSION);
            store(zip, "version", (version + "\n").getBytes(StandardCharsets.UTF_8));
            store(zip, "byteorder", "little".getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String storage(int number) {
        return "head" + number;
    }

    private static byte[] module(Map<String, Tensor> tensors, Optional<ScriptedModule> part) throws IOException {
        Pickle pickle = new Pickle();
        pickle.global(SCOPE, "Embedder").op(')').op(0x81).op('}').op('(');
        pickle.text("training").op(0x89);
        int number = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            pickle.text(entry.getKey()).tensor(entry.getValue(), storage(number++));
        }
        // Its memo is its own: nothing of ours is memorised.
        part.ifPresent(it -> pickle.text(Script.MODULE).raw(it.object()));
        return pickle.op('u').op('b').end();
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTime(EPOCH_OF_ZIP);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** The few opcodes of pickle's protocol 2 that a module needs. */
    private static final class Pickle {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle() {
            op(0x80).op(2);
        }

        Pickle op(int code) {
            out.write(code);
            return this;
        }

        Pickle global(String module, String name) {
            out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
            return this;
        }

        Pickle text(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            op('X').integer(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        Pickle raw(byte[] opcodes) {
            out.writeBytes(opcodes);
            return this;
        }

        Pickle number(long value) {
            return op('J').integer(Math.toIntExact(value));
        }

        private Pickle integer(int value) {
            out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
            return this;
        }

        /** {@code _rebuild_tensor_v2(storage, 0, shape, strides, requires_grad, hooks)}. */
        Pickle tensor(Tensor tensor, String storage) {
            long[] shape = tensor.shape();
            long values = tensor.data().length / tensor.type().bytes();
            global("torch._utils", "_rebuild_tensor_v2").op('(');
            op('(').text("storage").global("torch", "FloatStorage").text(storage);
            text("cpu").number(values).op('t').op('Q');
            number(0).op('(');
            for (long size : shape) {
                number(size);
            }
            op('t').op('(');
            long stride = values;
            for (long size : shape) {
                stride /= size;
                number(stride);
            }
            return op('t').op(0x89)
                    .global("collections", "OrderedDict")
                    .op(')')
                    .op('R')
                    .op('t')
                    .op('R');
        }

        byte[] end() {
            op('.');
            return out.toByteArray();
        }
    }
}
