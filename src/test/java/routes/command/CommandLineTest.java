package routes.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person sees of the command line: words, exit codes, and soon. */
class CommandLineTest {
    private static final long MOST_SECONDS = 60;

    @TempDir private Path directory;

    private record Outcome(int exit, String out, String err) {}

    private Outcome run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.configurationFile=logback-command.xml",
                        "-cp",
                        absolute(System.getProperty("java.class.path")),
                        "routes.Caravan"));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("CARAVAN_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), text(out), text(err));
    }

    private static String absolute(String classPath) {
        return String.join(
                File.pathSeparator,
                Arrays.stream(classPath.split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(socket.getLocalPort());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "query --help",
                "demo --help",
                "archive --help",
                "s3 --help",
                "s3 exists --help",
                "s3 get --help",
                "dead-letter --help",
                "status --help",
                "check --help",
                "completion --help",
                "run --help",
                "dead-letter list --help",
                "dead-letter replay --help"
            })
    void help_tellsTheUsage(String line) throws Exception {
        Outcome outcome = run(Map.of(), line.split(" "));
        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out()).contains("Usage: caravan").contains("--help");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void unknownCommand_exit2_andTheUsage() throws Exception {
        Outcome outcome = run(Map.of(), "nonsense");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("nonsense");
    }

    @Test
    void queryWithoutAName_listsTheNames() throws Exception {
        Outcome outcome = run(Map.of(), "query");
        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out().lines().map(line -> line.strip().replaceAll("  +", "|")))
                .contains(
                        "daily_summary|none|Users, points and actions a day and event type, from"
                                + " the sums that are kept 180 days.")
                .anyMatch(line -> line.startsWith("activity|from, to|Daily, weekly and monthly"));
    }

    @ParameterizedTest
    @CsvSource({
        "load-day yesterday, '\"yesterday\" is not a date such as 2026-03-29'",
        "load-day, Missing required parameter",
        "marts, Missing required subcommand",
        "marts refresh nope, There is no mart nope",
        "s3 get, Missing required parameter",
        "skipped release, Missing required parameter",
        "marts check now, '\"now\" is not known here'",
        "demo --days 0, from 1 to 365",
        "query nope, There is no query nope",
        "statuss, '\"statuss\" is not known here. Did you mean: caravan status'",
        "marts refrsh, '\"refrsh\" is not known here. Did you mean: marts refresh'",
        "demo --oncee, '\"--oncee\" is not known here. Possible solutions: --once'",
    })
    void wrongUsage_isTwoLinesAndAnExample(String line, String said) throws Exception {
        Outcome outcome = run(Map.of(), line.split(" "));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err().strip()).contains(said).hasLineCount(3);
        assertThat(outcome.err().lines().toList())
                .satisfies(lines -> assertThat(lines.get(1)).startsWith("Usage: caravan "))
                .satisfies(lines -> assertThat(lines.get(2)).startsWith("Example: ./caravan "));
        assertThat(outcome.err()).doesNotContain("Exception");
    }

    @Test
    void version_isOneLine() throws Exception {
        Outcome outcome = run(Map.of(), "--version");
        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out().strip()).startsWith("Caravan ").hasLineCount(1);
    }

    @Test
    void completion_completesCommandsAndOptions_inBash() throws Exception {
        Outcome outcome = run(Map.of(), "completion");
        assertThat(outcome.exit()).isZero();
        Path script = Files.writeString(directory.resolve("completion"), outcome.out());
        assertThat(completed(script, "caravan", "dead")).isEqualTo("dead-letter");
        assertThat(completed(script, "caravan", "serv")).isEqualTo("services");
        assertThat(completed(script, "caravan", "marts", "ref")).isEqualTo("refresh");
        assertThat(completed(script, "caravan", "load-day", "--fo")).isEqualTo("--force");
    }

    /** Types it in a terminal of zsh, with Tab and Enter: what ran is what it has completed. */
    @ParameterizedTest
    @CsvSource({"dead, dead-letter", "marts ref, marts refresh", "load-day --fo, load-day --force"})
    void completion_completesCommandsAndOptions_inZsh(String typed, String completed)
            throws Exception {
        boolean there =
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "zsh")));
        assumeTrue(there || System.getenv("CI") != null, "Needs zsh");
        assertThat(there).as("zsh: install it").isTrue();
        Files.writeString(directory.resolve("completion"), run(Map.of(), "completion").out());
        Path caravan = directory.resolve("caravan");
        Files.writeString(caravan, "#!/bin/sh\necho \"$*\" >ran.part && mv ran.part ran\n");
        assertThat(caravan.toFile().setExecutable(true)).isTrue();
        Process zsh =
                new ProcessBuilder(
                                "zsh",
                                "-f",
                                "-c",
                                """
                                zmodload zsh/zpty
                                zpty shell zsh -f -i
                                zpty -w shell 'source <(cat completion)'
                                zpty -w -n shell $'./caravan %s\\t'
                                zpty -w -n shell $'\\r'
                                for ((i = 0; i < 200; i++)); do
                                  [[ -e ran ]] && break
                                  zpty -r -t shell shown && print -rn -- $shown
                                  sleep 0.1
                                done
                                zpty -d shell
                                """
                                        .formatted(typed))
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String shown = new String(zsh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(zsh.waitFor()).isZero();
        assertThat(directory.resolve("ran"))
                .as(shown)
                .exists()
                .content()
                .isEqualToIgnoringNewLines(completed);
    }

    private static String completed(Path script, String... words) throws Exception {
        Process bash =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_caravan;"
                                                .formatted(
                                                        script,
                                                        String.join(" ", words),
                                                        words.length - 1)
                                        + " echo ${COMPREPLY[@]}")
                        .redirectErrorStream(true)
                        .start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).isZero();
        return out.strip();
    }

    @Test
    void statusWithoutARuntime_exit3_andOneLineThatSaysWhere() throws Exception {
        String port = freePort();
        Outcome outcome = run(Map.of("CARAVAN_HTTP_PORT", port), "status");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.err().strip())
                .startsWith("No runtime answers at http://localhost:" + port)
                .doesNotContain("Exception")
                .hasLineCount(1);
    }

    @Test
    void check_ofServersThatDoNotAnswer_exit1_andALineForEach() throws Exception {
        String server = "localhost:" + freePort();
        Outcome outcome =
                run(
                        Map.of(
                                "CARAVAN_POSTGRES_URL", "jdbc:postgresql://" + server + "/shop",
                                "CARAVAN_CLICKHOUSE_URL", "http://" + server,
                                "CARAVAN_KAFKA_BROKERS", server),
                        "check");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("postgres at " + server + "/shop")
                .contains("clickhouse at " + server)
                .contains("kafka at " + server)
                .contains("A start would refuse or wait: 3 of 4 not ok.")
                .doesNotContain("Exception");
    }

    @Test
    void check_ofADirectoryThatDoesNotAnswer_saysSo() throws Exception {
        String server = "localhost:" + freePort();
        Outcome outcome =
                run(
                        Map.of(
                                "CARAVAN_OUTBOXES",
                                "",
                                "CARAVAN_SINKS",
                                "",
                                "CARAVAN_STREAMS",
                                "attendance",
                                "CARAVAN_ELASTICSEARCH_URL",
                                "http://" + server,
                                "CARAVAN_CLICKHOUSE_URL",
                                "http://" + server,
                                "CARAVAN_KAFKA_BROKERS",
                                server),
                        "check");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("elasticsearch at http://" + server + " does not answer")
                .contains("A start would refuse or wait: 3 of 4 not ok.")
                .doesNotContain("Exception");
        assertThat(outcome.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "CARAVAN_POSTGRES_URL, postgres://localhost/shop, caravan.postgres.url: the value",
        "CARAVAN_CLICKHOUSE_URL, localhost:8123, caravan.clickhouse.url: the value",
        "CARAVAN_KAFKA_BROKERS, nonsense, caravan.kafka: correct caravan.kafka.brokers",
        "CARAVAN_KAFKA_CLIENT_SECURITY_PROTOCOL, NONE, caravan.kafka: correct",
    })
    void check_ofAnAddressThatIsNone_exit2_andItsName(String variable, String value, String said)
            throws Exception {
        Outcome outcome = run(Map.of(variable, value), "check");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err().strip())
                .startsWith(said)
                .doesNotContain("Exception")
                .hasLineCount(1);
    }

    @Test
    void check_ofAWrongSetting_exit2_andItsName() throws Exception {
        Outcome outcome = run(Map.of("CARAVAN_SINK_DEFAULT_LINGER", "soon"), "check");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err().strip()).startsWith("caravan.sink.").hasLineCount(1);
    }

    @Test
    void unknownQuery_exit2_andTheNames() throws Exception {
        Outcome outcome = run(Map.of(), "query", "nope");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err())
                .startsWith("There is no query nope. There are: ")
                .contains("daily_summary", "retention_7d", "user_login");
    }

    @Test
    void unknownFormat_exit2_andTheFormats() throws Exception {
        Outcome outcome = run(Map.of(), "query", "user_login", "--format", "xml");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("--format xml: one of csv, json, table");
    }

    @ParameterizedTest
    @CsvSource({
        "attendance_students, from=2024-09-01, needs a value for group",
        "attendance_by_group, from=2024, '\"2024\" is not a date such as'",
        "attendance_today, from=2024-09-01, has no parameter from"
    })
    void query_withoutAValueForEachParameter_saysWhichThereAre(
            String name, String value, String said) throws Exception {
        Outcome outcome = run(Map.of(), "query", name, "--set", value);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains(said);
    }

    @Test
    void wrongSetting_exit2_andOneLineThatBeginsWithItsKey() throws Exception {
        Outcome outcome = run(Map.of("CARAVAN_CLICKHOUSE_TIMEOUT", "soon"), "query", "user_login");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err().strip())
                .startsWith("caravan.clickhouse.timeout: \"soon\"")
                .hasLineCount(1);
    }

    @Test
    void misspeltSetting_exit2_andTheOneThatWasPerhapsMeant() throws Exception {
        Files.writeString(directory.resolve("caravan.properties"), "caravan.http.prot=1\n");
        Outcome outcome = run(Map.of());
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("did you mean caravan.http.port?");
    }

    @Test
    void configurationThatIsNotThere_exit2_andItsName() throws Exception {
        Outcome outcome = run(Map.of("CARAVAN_CONFIG", "/none/next.properties"), "check");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err().strip())
                .isEqualTo("CARAVAN_CONFIG: there is no file /none/next.properties");
    }

    @ParameterizedTest
    @CsvSource({
        "./caravan nonsense, '\"nonsense\" is not known here'",
        "./caravan, A command is missing"
    })
    void unknownOrNoCommandOfTheScript_exit2_isTwoLinesAndAnExample(String line, String said)
            throws Exception {
        Process caravan =
                new ProcessBuilder(line.split(" "))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String err = new String(caravan.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(caravan.waitFor()).isEqualTo(2);
        assertThat(err.lines())
                .hasSize(3)
                .satisfiesExactly(
                        wrong -> assertThat(wrong).isEqualTo(said),
                        usage -> assertThat(usage).startsWith("Usage: ./caravan "),
                        example -> assertThat(example).startsWith("Example: ./caravan "));
    }

    @Test
    void clickHouseAway_exit1_andOneLineThatSaysWhere() throws Exception {
        String server = "localhost:" + freePort();
        Outcome outcome =
                run(Map.of("CARAVAN_CLICKHOUSE_URL", "http://" + server), "query", "user_login");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err().strip())
                .startsWith("ClickHouse at " + server + " does not answer")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"archive 2026-03-01", "skipped list user_login"})
    void postgresAway_exit1_andOneLineThatSaysWhere(String line) throws Exception {
        String server = "localhost:" + freePort();
        Outcome outcome =
                run(
                        Map.of("CARAVAN_POSTGRES_URL", "jdbc:postgresql://" + server + "/shop"),
                        line.split(" "));
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err().strip())
                .startsWith("Postgres does not answer: start it")
                .contains("Connection to " + server + " refused")
                .hasLineCount(1);
    }

    @Test
    void kafkaAway_exit1_andOneLineThatSaysWhere() throws Exception {
        String broker = "localhost:" + freePort();
        Outcome outcome =
                run(Map.of("CARAVAN_KAFKA_BROKERS", broker), "dead-letter", "list", "user_event");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.err().strip())
                .startsWith("Kafka at " + broker + " does not answer")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3",
                "s3 copy",
                "s3 exists",
                "s3 exists a b",
                "s3 put file",
                "s3 get",
                "s3 rm"
            })
    void s3WithWrongWords_exit2_andTheUsage(String line) throws Exception {
        Outcome outcome = run(Map.of(), line.split(" "));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("Usage: caravan s3");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void s3WithoutASecret_exit2_andItsName() throws Exception {
        Outcome outcome = run(Map.of(), "s3", "exists", "key");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err().strip()).contains("CARAVAN_S3_SECRET_KEY").hasLineCount(1);
    }

    @Test
    void s3WithAnEmptyKey_exit2_andAsksNobody() throws Exception {
        Outcome outcome =
                run(Map.of("CARAVAN_S3_SECRET_KEY", "caravan"), "s3", "rm", "something", "");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("KEY is empty");
    }

    @Test
    void s3Away_isNeitherYesNorNo_andOneLineThatSaysWhere() throws Exception {
        String server = "localhost:" + freePort();
        Outcome outcome =
                run(
                        Map.of(
                                "CARAVAN_S3_URL",
                                "http://" + server,
                                "CARAVAN_S3_SECRET_KEY",
                                "caravan"),
                        "s3",
                        "exists",
                        "key");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.err().strip())
                .startsWith("S3 at " + server + " does not answer")
                .hasLineCount(1);
    }

    @Test
    void repairWithoutARecord_exit2() throws Exception {
        Outcome outcome = run(Map.of(), "dead-letter", "replay", "user_event", "--key", "7");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("name it with --record");
    }

    @Test
    void archiveOfADayToCome_exit2() throws Exception {
        Outcome outcome = run(Map.of(), "archive", "2999-01-01");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("2999-01-01 is still to come");
    }

    @Test
    void archiveWithAnAddressThatIsNone_exit2_andThePasswordIsNotShown() throws Exception {
        Outcome outcome =
                run(Map.of("CARAVAN_MONGODB_URL", "mongo://me:secret@localhost"), "archive");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err().strip())
                .startsWith("caravan.mongodb.url: ")
                .doesNotContain("secret")
                .hasLineCount(1);
    }

    @Test
    void demoOnTakenPort_exit1_namesPortAndSetting_andStartsNothing() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            String port = Integer.toString(taken.getLocalPort());
            Outcome outcome = run(Map.of("CARAVAN_HTTP_PORT", port), "demo", "--once");
            assertThat(outcome.exit()).isEqualTo(1);
            assertThat(outcome.err().strip())
                    .contains("Port " + port, "CARAVAN_HTTP_PORT")
                    .hasLineCount(1);
        }
    }

    @Test
    void demoWithFreshOnServicesOfOthers_exit2() throws Exception {
        Outcome outcome = run(Map.of(), "demo", "--running", "--fresh");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("--fresh deletes");
    }
}
