package sandbox;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The main of every service's process.
 *
 * <p>Arguments: class of the {@link Service}, name, data directory, port, cache directory, log
 * file. On standard output it speaks to the launcher, a line a message: {@code @progress TEXT},
 * {@code @ready PID} once the service takes work, or {@code @failed TEXT} before it exits with 1.
 * Whatever a library prints goes to standard error instead, which the launcher lets go to the log.
 *
 * <p>The end of standard input means stop, whether the launcher has closed it or has died: the
 * service is stopped cleanly and the process exits with 0. SIGTERM does the same. SIGINT is
 * ignored: Ctrl-C in a terminal reaches the launcher too, which then stops all services in order.
 */
public final class Child {
    /** A service that has not stopped by then is ended hard; all of them are safe against that. */
    private static final int SECONDS_TO_STOP = 20;

    /** A service that was told to stop while it starts is given this long to get there. */
    private static final int SECONDS_TO_GET_READY = 5;

    /** What the system says of a stream that does not wait (EAGAIN). */
    private static final String NOTHING_YET = "Resource temporarily unavailable";

    private static final long BETWEEN_READS_MS = 100;

    /** Exit code when the server process that the service had started is gone. */
    private static final int SERVER_DIED = 3;

    private final PrintStream launcher;
    private final Service service;
    private final Setup setup;

    /** The first who asks to end the process does it; the others wait for it in vain. */
    private final AtomicBoolean ending = new AtomicBoolean();

    private Child(PrintStream launcher, Service service, Setup setup) {
        this.launcher = launcher;
        this.service = service;
        this.setup = setup;
    }

    public static void main(String[] args) throws Exception {
        PrintStream launcher = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        Setup setup =
                new Setup(
                        args[1],
                        Files.createDirectories(Path.of(args[2])).toRealPath(),
                        Integer.parseInt(args[3]),
                        Files.createDirectories(Path.of(args[4])).toRealPath(),
                        Path.of(args[5]).toAbsolutePath(),
                        text -> launcher.println("@progress " + text));
        Service service = (Service) Class.forName(args[0]).getDeclaredConstructor().newInstance();
        new Child(launcher, service, setup).run();
    }

    private void run() {
        CountDownLatch started = new CountDownLatch(1);
        // Not a daemon: it keeps the process alive until it is told to stop.
        Thread watcher = new Thread(() -> stopWhenLauncherIsGone(started), "launcher-watcher");
        watcher.start();
        try {
            service.start(setup);
        } catch (Throwable e) {
            e.printStackTrace();
            launcher.println("@failed " + oneLine(e));
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(0), "sigterm"));
        endWhenServerIsGone();
        started.countDown();
        launcher.println("@ready " + service.pid());
    }

    /** Nothing is ever sent: only the end of the stream counts. */
    private static void awaitEndOfInput() throws IOException, InterruptedException {
        while (true) {
            try {
                if (System.in.read() < 0) {
                    return;
                }
            } catch (IOException e) {
                // A native library may have made the stream one that does not wait; then a process
                // that was stopped and goes on is told immediately that there is nothing to read.
                if (!NOTHING_YET.equals(e.getMessage())) {
                    throw e;
                }
                Thread.sleep(BETWEEN_READS_MS);
            }
        }
    }

    private void stopWhenLauncherIsGone(CountDownLatch started) {
        try {
            awaitEndOfInput();
        } catch (IOException e) {
            System.err.println(
                    "Reading from the launcher failed, so " + setup.name() + " stops: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            // A service that still starts has nothing to lose, and may take long (a download).
            if (!started.await(SECONDS_TO_GET_READY, TimeUnit.SECONDS)) {
                System.err.println(
                        setup.name() + " was told to stop before it was ready: ends hard");
                ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
                Runtime.getRuntime().halt(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end(0);
    }

    private void endWhenServerIsGone() {
        if (service.pid() == ProcessHandle.current().pid()) {
            return;
        }
        ProcessHandle server = ProcessHandle.of(service.pid()).orElse(null);
        if (server == null) {
            serverIsGone();
        } else {
            server.onExit().thenRun(this::serverIsGone);
        }
    }

    private void serverIsGone() {
        if (ending.compareAndSet(false, true)) {
            System.err.println("The server process of " + setup.name() + " is gone");
            Runtime.getRuntime().halt(SERVER_DIED);
        }
    }

    private void end(int exitCode) {
        if (!ending.compareAndSet(false, true)) {
            return;
        }
        Thread fallback =
                new Thread(
                        () -> {
                            try {
                                TimeUnit.SECONDS.sleep(SECONDS_TO_STOP);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            System.err.println(setup.name() + " did not stop in time: ends hard");
                            Runtime.getRuntime().halt(1);
                        },
                        "halt");
        fallback.setDaemon(true);
        fallback.start();
        int code = exitCode;
        try {
            service.stop();
        } catch (Throwable e) {
            e.printStackTrace();
            code = 1;
        }
        // Not exit: hooks of libraries may wait for each other, and native libraries may not like
        // to be torn down.
        Runtime.getRuntime().halt(code);
    }

    private static String oneLine(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return text.toString().replaceAll("\\s+", " ");
    }
}
