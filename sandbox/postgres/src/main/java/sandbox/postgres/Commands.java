package sandbox.postgres;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the server's programs.
 *
 * @param binaries directory with bin/
 * @param log takes what they print
 */
record Commands(Path binaries, Path log) {

    /**
     * Runs one to its end.
     *
     * @throws IOException when it fails; the log says why
     */
    void run(String program, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            // Postgres refuses to run as root. In a user namespace of its own, root is nobody, and
            // still owns the same files.
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(binaries.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        Process process =
                new ProcessBuilder(command)
                        .directory(binaries.toFile())
                        .redirectInput(Redirect.from(new File("/dev/null")))
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.appendTo(log.toFile()))
                        .start();
        if (process.waitFor() != 0) {
            String hint =
                    command.get(0).equals("unshare")
                            ? "; if it says that unshare is not permitted, run as a user other than"
                                    + " root"
                            : "";
            throw new IOException(
                    program
                            + " failed with code "
                            + process.exitValue()
                            + ", "
                            + log
                            + " says why"
                            + hint);
        }
    }
}
