package sandbox.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** All services of one run, and the commands for them. */
class Launcher {
    private static final int SECONDS_FOR_PORTS = 15;

    private final Options options;
    private final DataDirectory directory;
    private final List<ServiceProcess> services = new ArrayList<>();
    private boolean stopped;

    Launcher(Options options, DataDirectory directory) {
        this.options = options;
        this.directory = directory;
    }

    /** Starts all side by side, or none when a port is taken. */
    void start() throws IOException, InterruptedException, UserError {
        directory.awaitOldOnes();
        if (options.fresh()) {
            directory.deleteData();
        }
        assignPorts();
        startAll();
        directory.publish(services);
    }

    private void assignPorts() throws UserError {
        Set<Integer> given = new HashSet<>();
        for (Registration service : options.services()) {
            int port = port(service, given);
            if (!given.add(port)) {
                throw new UserError(
                        "Port "
                                + port
                                + " is wanted by two services; set another one for "
                                + service.name()
                                + " with "
                                + service.portVariable());
            }
            services.add(new ServiceProcess(service, port, directory, this::say));
        }
    }

    private int port(Registration service, Set<Integer> given) throws UserError {
        String set = System.getenv(service.portVariable());
        if (set == null && options.freePorts()) {
            return Ports.anyFree(port -> !given.contains(port));
        }
        int port = set == null ? service.port() : number(service.portVariable(), set);
        if (!Ports.isFree(port)) {
            throw new UserError(
                    "Port "
                            + port
                            + " for "
                            + service.name()
                            + " is taken on 127.0.0.1: stop what listens there, or set another port"
                            + " with "
                            + service.portVariable()
                            + "; nothing was started");
        }
        return port;
    }

    private static int number(String variable, String text) throws UserError {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UserError(variable + " is no port number: " + text);
    }

    private void startAll() throws IOException, InterruptedException, UserError {
        ExecutorService pool = Executors.newFixedThreadPool(services.size());
        try {
            List<Future<Void>> starts = new ArrayList<>();
            for (ServiceProcess service : services) {
                Callable<Void> start =
                        () -> {
                            service.start();
                            return null;
                        };
                starts.add(pool.submit(start));
            }
            StringBuilder failures = new StringBuilder();
            for (int i = 0; i < starts.size(); i++) {
                try {
                    starts.get(i).get();
                } catch (ExecutionException e) {
                    failures.append(failures.isEmpty() ? "" : "\n")
                            .append(services.get(i).name())
                            .append(" does not start: ")
                            .append(e.getCause().getMessage());
                }
            }
            if (!failures.isEmpty()) {
                throw new UserError(failures.toString());
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Carries out commands until {@code quit}, or until the input ends and that counts. */
    void obey(BufferedReader commands) throws IOException, InterruptedException {
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.strip().split("\\s+");
            if (words[0].isEmpty()) {
                continue;
            }
            if (words[0].equals("quit")) {
                return;
            }
            if (words[0].equals("status")) {
                status();
            } else {
                obey(words[0], words.length > 1 ? words[1] : "");
            }
        }
        if (!options.withParent()) {
            // Until a signal ends this process.
            Thread.currentThread().join();
        }
    }

    private synchronized void status() {
        for (ServiceProcess service : services) {
            say("%-14s port %-6d %s".formatted(service.name(), service.port(), service.state()));
        }
        say("ok status");
    }

    private synchronized void obey(String command, String name) throws InterruptedException {
        if (stopped) {
            return;
        }
        try {
            ServiceProcess service = named(name);
            switch (command) {
                case "kill" -> service.kill();
                case "start" -> service.start();
                case "stop" -> service.stop();
                case "restart" -> {
                    service.stop();
                    service.start();
                }
                case "pause" -> service.pause();
                case "resume" -> service.resume();
                default ->
                        throw new UserError(
                                "unknown command; there are kill, start, restart, stop, pause,"
                                        + " resume, status, quit");
            }
            directory.publish(services);
            say("ok " + command + " " + name);
        } catch (IOException | UserError e) {
            say("error " + command + " " + name + ": " + e.getMessage());
        }
    }

    private ServiceProcess named(String name) throws UserError {
        Optional<ServiceProcess> found =
                services.stream().filter(service -> service.name().equals(name)).findFirst();
        return found.orElseThrow(() -> new UserError("no such service here"));
    }

    /** Stops all side by side; the second call does nothing. */
    synchronized void stop() throws IOException, InterruptedException {
        if (stopped) {
            return;
        }
        stopped = true;
        directory.unpublish();
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, services.size()));
        for (ServiceProcess service : services) {
            pool.submit(
                    () -> {
                        try {
                            service.stop();
                        } catch (IOException e) {
                            say(service.name() + " did not stop: " + e.getMessage());
                        }
                        return null;
                    });
        }
        pool.shutdown();
        pool.awaitTermination(1, TimeUnit.MINUTES);
    }

    synchronized String addresses() {
        StringBuilder text = new StringBuilder("ready");
        for (ServiceProcess service : services) {
            text.append(' ').append(service.name()).append("=127.0.0.1:").append(service.port());
        }
        return text.toString();
    }

    void say(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }
}
