package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import picocli.CommandLine;

/**
 * A command of ours as README and manual give it.
 *
 * @param page that has it
 * @param environment what stands before it, e.g. {@code SEARCH_URL=http://localhost:9200}
 * @param line the arguments as they stand there, for a shell
 * @param words the same for the program, {@code FOLDER} and the like in capitals
 */
record DocumentedCommand(String page, String environment, String line, List<String> words) {
    private static final Path ROOT = Path.of("..");
    private static final Pattern CODE = Pattern.compile("(?s)```[a-z]*\n(.*?)```|(?<!`)`([^`]+)`(?!`)|<!--(.*?)-->");
    private static final Pattern COMMAND =
            Pattern.compile("(?m)(?:^|[ (])((?:[A-Z_]+=\\S+ )*)(?:\\./)?anchorstream ([a-z][^\n]*)");
    private static final Pattern OTHER =
            Pattern.compile("(?:[A-Z_]+=\\S+ )*((?:mvn|docker|helm|python3?|pip|curl|psql|apt-get|taskset) .+)");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|\\S+");

    /** To look names up in: making one takes a while. */
    private static final CommandLine PROGRAM = CommandLineProgram.commandLine();

    /** All of them, in the order of the pages. */
    static List<DocumentedCommand> all() throws IOException {
        List<DocumentedCommand> commands = new ArrayList<>();
        for (Path page : pages()) {
            String text = Files.readString(page);
            CODE.matcher(text).results().map(DocumentedCommand::code).forEach(code -> COMMAND.matcher(
                            code.replaceAll("\\s*\\\\\n\\s*", " "))
                    .results()
                    .forEach(found -> alternatives(found.group(2))
                            .forEach(line -> commands.add(new DocumentedCommand(
                                    ROOT.relativize(page).toString(), found.group(1), line, words(line))))));
        }
        return commands;
    }

    /** Commands of other programs on the pages, in one line each. */
    static List<String> others() throws IOException {
        List<String> others = new ArrayList<>();
        for (Path page : pages()) {
            CODE.matcher(Files.readString(page))
                    .results()
                    .flatMap(found ->
                            code(found).replaceAll("\\s*\\\\\n\\s*", " ").lines())
                    .map(line -> OTHER.matcher(line.strip()))
                    .filter(Matcher::matches)
                    .map(line -> line.group(1).replaceAll("\\s+#.*", ""))
                    .forEach(others::add);
        }
        return others;
    }

    /** README and manual. */
    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    private static String code(MatchResult found) {
        for (int group = 1; group <= 3; group++) {
            if (found.group(group) != null) {
                return group == 2 ? found.group(group).replace("\n", " ") : found.group(group);
            }
        }
        return "";
    }

    /** {@code model list | show N} are two. */
    private static Stream<String> alternatives(String line) {
        String plain = line.replaceAll("\\s+#.*", "")
                .replaceAll("[\\[\\]]", "")
                .replaceAll("\\)$", "")
                .strip();
        String[] parts = plain.split(" \\| ");
        String first = parts[0].split(" ")[0];
        return Stream.iterate(0, i -> i < parts.length, i -> i + 1)
                .map(i -> i == 0 ? parts[0] : first + " " + parts[i]);
    }

    private static List<String> words(String line) {
        return WORD.matcher(line)
                .results()
                .map(found -> found.group(1) == null ? found.group() : found.group(1))
                .toList();
    }

    /** The names of the command and of its subcommands, e.g. {@code topics create}. */
    String name() {
        List<String> names = new ArrayList<>();
        CommandLine command = PROGRAM;
        for (String word : words) {
            CommandLine next = command.getSubcommands().get(word);
            if (next == null) {
                break;
            }
            names.add(word);
            command = next;
        }
        return String.join(" ", names);
    }

    /** Only the command, to speak of it. */
    boolean isBare() {
        return String.join(" ", words).equals(name());
    }

    @Override
    public String toString() {
        return page + ": anchorstream " + String.join(" ", words);
    }
}
