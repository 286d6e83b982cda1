package harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A command of target/caravan.jar, run as its user does. */
public final class Commands {

    private static final String LOGS = "-Dlogback.configurationFile=logback-command.xml";
    private static final long MOST_SECONDS = 120;

    private Commands() {}

    /** How a command ended, and what it wrote. */
    public record Outcome(int exit, byte[] bytes, String err) {
        public String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** What happens while a command works, with the file that has what it says. */
    @FunctionalInterface
    public interface Meanwhile {
        void happens(Path err) throws Exception;
    }

    /**
     * Runs one to its end.
     *
     * @param options for Java
     * @param outputs a directory for what it writes
     */
    public static Outcome run(
            Map<String, String> environment,
            List<String> options,
            Path outputs,
            Meanwhile meanwhile,
            String... arguments)
            throws Exception {
        Path out = outputs.resolve("out");
        Path err = outputs.resolve("err");
        Process process =
                Jar.process(
                                environment,
                                Stream.concat(Stream.of(LOGS), options.stream()).toList(),
                                arguments)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        try {
            meanwhile.happens(err);
            assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), Files.readAllBytes(out), Files.readString(err));
    }

    /** What it prints; fails if its exit code is not 0. */
    public static String run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Process process =
                Jar.process(environment, List.of(LOGS), arguments)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    String.join(" ", arguments)
                            + " ended with "
                            + process.exitValue()
                            + ": "
                            + answer);
        }
        return answer;
    }
}
