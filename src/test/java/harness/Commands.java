package harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A command of target/caravan.jar, run as its user does. */
public final class Commands {
    private Commands() {}

    /** What it prints; fails if its exit code is not 0. */
    public static String run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Process process =
                Jar.process(
                                environment,
                                List.of("-Dlogback.configurationFile=logback-command.xml"),
                                arguments)
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
