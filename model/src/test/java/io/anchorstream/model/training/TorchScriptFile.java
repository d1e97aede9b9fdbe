package io.anchorstream.model.training;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes the smallest TorchScript archive there is: a module without weights, its method as source text. */
public final class TorchScriptFile {
    /** Pickle of an object of class {@code __torch__.M} whose state is {@code {"training": False}}. */
    private static final String OBJECT = "\u0080\u0002c__torch__\nM\n)\u0081}X\b\0\0\0training\u0089sb.";

    private static final String EMPTY_TUPLE = "\u0080\u0002).";

    private TorchScriptFile() {}

    /** A module that shrinks each colour to 4 x 4: 48 features. */
    public static Path write(Path file) throws IOException {
        return write(file, "Tensor", "torch.flatten(y, 1)");
    }

    /**
     * The same, giving something else.
     *
     * @param type of {@code result}, an expression of {@code y}
     */
    static Path write(Path file, String type, String result) throws IOException {
        String code = """
                class M(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                  def forward(self: __torch__.M,
                    x: Tensor) -> %s:
                    y = torch.adaptive_avg_pool2d(x, [4, 4])
                    return %s
                """.formatted(type, result);
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            store(zip, "m/data.pkl", OBJECT);
            store(zip, "m/code/__torch__.py", code);
            store(zip, "m/constants.pkl", EMPTY_TUPLE);
            store(zip, "m/version", "3\n");
        }
        return file;
    }

    private static void store(ZipOutputStream zip, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
