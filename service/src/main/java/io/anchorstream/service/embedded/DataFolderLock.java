package io.anchorstream.service.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * Keeps two programs from writing into one data folder. Released with the process, however that ends. The file names the
 * process, so that others can ask who is at work without touching the lock.
 */
public final class DataFolderLock implements AutoCloseable {
    private static final String FILE = "in-use.lock";

    private final Path folder;
    private final FileChannel channel;

    private DataFolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Creates the folder when it is not there.
     *
     * @throws IllegalStateException when another program works on the folder; the message says what to do
     */
    public static DataFolderLock acquire(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel channel =
                FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            OptionalLong holder = holder(folder);
            throw new IllegalStateException("The data folder " + folder.toAbsolutePath()
                    + " is in use by another Anchorstream"
                    + (holder.isPresent() ? " (process " + holder.getAsLong() + ")" : "")
                    + ". Stop that one, or choose another folder with --data.");
        }
        channel.truncate(0);
        byte[] process = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
        channel.write(ByteBuffer.wrap(process), 0);
        return new DataFolderLock(folder, channel);
    }

    /** Whether any program ever worked on the folder. */
    public static boolean isKnown(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    /** The living process that works on the folder, if there is one. */
    public static OptionalLong holder(Path folder) throws IOException {
        try {
            String text = Files.readString(folder.resolve(FILE)).strip();
            long process = text.isEmpty() ? -1 : Long.parseLong(text);
            boolean lives = process > 0
                    && ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
            return lives ? OptionalLong.of(process) : OptionalLong.empty();
        } catch (NoSuchFileException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    Path folder() {
        return folder;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Does nothing the second time. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.truncate(0);
            channel.close();
        }
    }
}
