package io.anchorstream.model.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A TorchScript file taken apart, so that its module can become part of another file. The layout is that of PyTorch's
 * {@code torch/csrc/jit/docs/serialization.md}.
 *
 * @param type qualified name of the module's class
 * @param object the module as a pickle without its first and last opcode, which leaves it on the stack
 * @param version of the file's format and operators
 * @param files what {@code object} and the code refer to, by name below the file's root: {@code code/}, {@code data/} and
 *     {@code constants}
 */
@SuppressWarnings("ArrayRecordComponent") // contents of a file, compared by nobody
public record ScriptedModule(String type, byte[] object, String version, SortedMap<String, byte[]> files) {
    private static final Pattern ROOT = Pattern.compile("c(__torch__[\\w.]*)\n(\\w+)\n");
    private static final Pattern NEXT_CLASS = Pattern.compile("(?m)^class ");
    private static final String OBJECT = "data.pkl";
    private static final String VERSION = "version";
    private static final String HIDDEN = ".data/";
    private static final int PROTOCOL = 0x80;

    /**
     * @throws IllegalArgumentException if this is no such file, or its {@code forward} gives something other than one tensor
     */
    static ScriptedModule read(byte[] script) {
        SortedMap<String, byte[]> files = unpacked(script);
        byte[] pickle = files.get(OBJECT);
        byte[] version = files.get(files.containsKey(VERSION) ? VERSION : HIDDEN + VERSION); // PyTorch 1.13 hides it
        if (pickle == null || version == null || pickle.length < 4 || (pickle[0] & 0xff) != PROTOCOL) {
            throw new IllegalArgumentException(
                    "the backbone's file has no module that can be taken over; save it again" + " with torch.jit.save");
        }
        Matcher root = ROOT.matcher(new String(pickle, 2, pickle.length - 2, StandardCharsets.ISO_8859_1));
        if (!root.lookingAt()) {
            throw new IllegalArgumentException(
                    "the backbone's file begins with no module; save it again with" + " torch.jit.save");
        }
        String type = root.group(1) + "." + root.group(2);
        requireTensor(type, root, files);
        byte[] object = new byte[pickle.length - 3]; // protocol and its number before it, a stop behind it
        System.arraycopy(pickle, 2, object, 0, object.length);
        files.keySet()
                .removeIf(name ->
                        !name.matches("(code|data|constants)/.*|constants\\.pkl") || name.endsWith(".debug_pkl"));
        return new ScriptedModule(type, object, new String(version, StandardCharsets.US_ASCII).trim(), files);
    }

    private static void requireTensor(String type, Matcher root, Map<String, byte[]> files) {
        byte[] code = files.getOrDefault("code/" + root.group(1).replace('.', '/') + ".py", new byte[0]);
        String text = new String(code, StandardCharsets.UTF_8);
        int begin = text.indexOf("class " + root.group(2) + "(Module):");
        Matcher next = NEXT_CLASS.matcher(text);
        String body = begin < 0 ? "" : text.substring(begin, next.find(begin + 1) ? next.start() : text.length());
        if (!Pattern.compile("def forward\\(self: [\\w.]+,\\s+\\w+: Tensor\\) -> Tensor:")
                .matcher(body)
                .find()) {
            throw new IllegalArgumentException(
                    "the forward of the backbone " + type + " must take one tensor and give one"
                            + " to become part of a TorchScript file; wrap it so and save it with torch.jit.save, as"
                            + " tools/export_backbone.py does");
        }
    }

    /** Its files by their names below its root folder. */
    private static SortedMap<String, byte[]> unpacked(byte[] script) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try {
            // Only the directory at the end tells the sizes of what PyTorch packs, and that needs a file.
            Path file = Files.createTempFile("anchorstream", ".pt");
            try {
                Files.write(file, script);
                try (ZipFile zip = new ZipFile(file.toFile())) {
                    for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                        try (InputStream in = zip.getInputStream(entry)) {
                            files.put(entry.getName().substring(entry.getName().indexOf('/') + 1), in.readAllBytes());
                        }
                    }
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the backbone's file cannot be taken apart: " + e.getMessage(), e);
        }
        return files;
    }
}
