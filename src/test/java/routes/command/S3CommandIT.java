package routes.command;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Commands;
import harness.Commands.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sandbox.Sandbox;

/** {@code caravan s3} as people run it, on the embedded S3. */
class S3CommandIT {
    private static Sandbox sandbox;

    @TempDir private Path caller;
    @TempDir private Path outputs;

    @BeforeAll
    static void start() throws Exception {
        sandbox = Sandbox.start(Path.of("").toAbsolutePath(), List.of("s3"));
    }

    @AfterAll
    static void stop() throws Exception {
        sandbox.close();
    }

    private Outcome s3(String... arguments) throws Exception {
        return s3(Map.of(), arguments);
    }

    private Outcome s3(Map<String, String> others, String... arguments) throws Exception {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.putAll(others);
        // What the shell tells a command of its caller.
        List<String> options = List.of("-Dcaravan.caller=" + caller, "-Dcaravan.terminal=false");
        return Commands.run(
                environment,
                options,
                outputs,
                err -> {},
                Stream.concat(Stream.of("s3"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void file_isPut_listed_found_read_andRemoved() throws Exception {
        byte[] content = new byte[9_000_000];
        new Random(1).nextBytes(content);
        Files.write(caller.resolve("a file"), content);
        String key = "dir/it's 100% +.bin";

        Outcome put = s3("put", "a file", key);
        assertThat(put.err()).isEmpty();
        assertThat(put.out()).isEqualTo("s3://caravan/" + key + ": 9000000 bytes\n");
        assertThat(put.exit()).isZero();

        assertThat(s3("ls", "dir/").out())
                .matches(
                        " +9000000  \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ  \\Q"
                                + key
                                + "\\E\n");
        assertThat(s3("exists", key).exit()).isZero();

        assertThat(s3("get", key).bytes()).isEqualTo(content);
        assertThat(s3("get", key, "-").bytes()).isEqualTo(content);
        Files.writeString(caller.resolve("copy"), "older");
        assertThat(s3("get", key, "copy").exit()).isZero();
        assertThat(caller.resolve("copy")).hasBinaryContent(content);

        Outcome removed = s3("rm", key, "dir/missing");
        assertThat(removed.out()).isEqualTo("Removed s3://caravan/" + key + "\n");
        assertThat(removed.err()).isEqualTo("There is no s3://caravan/dir/missing\n");
        assertThat(removed.exit()).isEqualTo(1);
        Outcome none = s3("ls", "dir/");
        assertThat(none.exit()).isZero();
        assertThat(none.out()).isEmpty();
    }

    @Test
    void missingKey_noFile_exit1() throws Exception {
        Outcome exists = s3("exists", "missing");
        assertThat(exists.exit()).isEqualTo(1);
        assertThat(exists.err()).isEmpty();

        Files.writeString(caller.resolve("copy"), "older");
        Outcome get = s3("get", "missing", "copy");
        assertThat(get.exit()).isEqualTo(1);
        assertThat(get.err()).isEqualTo("There is no s3://caravan/missing\n");
        assertThat(caller.resolve("copy")).hasContent("older");
        try (var files = Files.list(caller)) {
            assertThat(files).containsExactly(caller.resolve("copy"));
        }
    }

    @Test
    void refused_isNoAnswer() throws Exception {
        Map<String, String> wrong = Map.of("CARAVAN_S3_SECRET_KEY", "wrong");
        Outcome exists = s3(wrong, "exists", "anything");
        assertThat(exists.exit()).isEqualTo(3);
        assertThat(exists.out()).isEmpty();
        assertThat(exists.err().strip()).contains("refuses access key caravan").hasLineCount(1);
        Outcome list = s3(wrong, "ls");
        assertThat(list.exit()).isEqualTo(1);
        assertThat(list.err().strip()).contains("refuses access key caravan").hasLineCount(1);
    }
}
