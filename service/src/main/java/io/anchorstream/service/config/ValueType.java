package io.anchorstream.service.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a value is written and which values are allowed.
 *
 * @param description completes "must be ..."
 * @param parser throws {@link RuntimeException} on anything else
 */
public record ValueType<T>(String description, Function<String, T> parser) {
    private static final long LARGEST_IN_MEMORY = 1L << 30;
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");
    private static final Pattern BYTES = Pattern.compile("(-?\\d+)\\s*(B|KB|MB|GB|)", Pattern.CASE_INSENSITIVE);

    T parse(String text) {
        try {
            return parser.apply(text.strip());
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("must be " + description, e);
        }
    }

    static ValueType<String> text(String description) {
        return new ValueType<>(description, text -> text);
    }

    /** Text that a parser elsewhere must accept. */
    static <T> ValueType<T> parsed(String description, Function<String, T> parser) {
        return new ValueType<>(description, parser);
    }

    static ValueType<Integer> integer(int least, int most) {
        return new ValueType<>(
                "a whole number " + range(least, most == Integer.MAX_VALUE ? Double.POSITIVE_INFINITY : most), text -> {
                    int value = Integer.parseInt(text.replace("_", ""));
                    require(value >= least && value <= most);
                    return value;
                });
    }

    /** Gives the reason for a bound, for messages and documents. */
    ValueType<T> because(String reason) {
        return new ValueType<>(description + " (" + reason + ")", parser);
    }

    static ValueType<Long> seed() {
        return new ValueType<>("a whole number", Long::valueOf);
    }

    static ValueType<Double> number(double least, double most) {
        return new ValueType<>("a number " + range(least, most), text -> {
            double value = Double.parseDouble(text);
            require(value >= least && value <= most);
            return value;
        });
    }

    static ValueType<Boolean> flag() {
        return new ValueType<>("true or false", text -> {
            require(text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"));
            return Boolean.valueOf(text);
        });
    }

    static ValueType<String> choice(String... values) {
        List<String> all = List.of(values);
        return new ValueType<>("one of " + String.join(", ", all), text -> {
            String value = text.toLowerCase(Locale.ROOT);
            require(all.contains(value));
            return value;
        });
    }

    static ValueType<Path> path() {
        return new ValueType<>("a path", text -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    static ValueType<Duration> duration() {
        return new ValueType<>("a time such as 250ms, 30s, 10m, 12h or 7d", text -> {
            Matcher matcher = DURATION.matcher(text);
            require(matcher.matches());
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        });
    }

    /** Of what is on disk. */
    static ValueType<Long> bytes() {
        return new ValueType<>("a size such as 800KB, 10MB or 2GB (-1 = unbounded)", ValueType::parseBytes);
    }

    /** Of what is held in memory as a whole. */
    static ValueType<Integer> memory() {
        return new ValueType<>("a size such as 800KB or 10MB, up to 1GB", text -> {
            long size = parseBytes(text);
            require(size >= 1 && size <= LARGEST_IN_MEMORY);
            return (int) size;
        });
    }

    private static long parseBytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        require(matcher.matches());
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2).toUpperCase(Locale.ROOT)) {
            case "KB" -> Math.multiplyExact(count, 1024L);
            case "MB" -> Math.multiplyExact(count, 1024L * 1024);
            case "GB" -> Math.multiplyExact(count, 1024L * 1024 * 1024);
            default -> count;
        };
    }

    /** {@code name=value} pairs separated by commas. */
    static ValueType<Map<String, String>> options() {
        return new ValueType<>("name=value pairs separated by commas", text -> {
            Map<String, String> options = new LinkedHashMap<>();
            Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(pair -> !pair.isEmpty())
                    .forEach(pair -> {
                        int equals = pair.indexOf('=');
                        require(equals > 0);
                        options.put(
                                pair.substring(0, equals).strip(),
                                pair.substring(equals + 1).strip());
                    });
            return Map.copyOf(options);
        });
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException();
        }
    }

    private static String range(double least, double most) {
        if (most == Double.POSITIVE_INFINITY) {
            return "of at least " + plain(least);
        }
        return "from " + plain(least) + " to " + plain(most);
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
