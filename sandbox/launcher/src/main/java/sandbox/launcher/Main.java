package sandbox.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Starts the embedded services; {@code --help} tells the rest. Exit code 2: something that the user
 * has to put right.
 */
public final class Main {
    private static final int USER_ERROR = 2;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        try {
            Options options = Options.parse(arguments);
            if (options.help()) {
                System.out.print(Options.usage());
                return;
            }
            run(options);
        } catch (UserError e) {
            System.err.println(e.getMessage());
            System.exit(USER_ERROR);
        }
    }

    private static void run(Options options) throws IOException, InterruptedException, UserError {
        DataDirectory directory = DataDirectory.open(options.data());
        Launcher launcher = new Launcher(options, directory);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(launcher), "stop"));
        launcher.start();
        launcher.say(launcher.addresses());
        launcher.obey(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        System.exit(0);
    }

    private static void stop(Launcher launcher) {
        try {
            launcher.stop();
        } catch (IOException | InterruptedException e) {
            System.err.println("Not everything was stopped: " + e.getMessage());
        }
    }
}
