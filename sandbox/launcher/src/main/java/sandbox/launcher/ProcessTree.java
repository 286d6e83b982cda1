package sandbox.launcher;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** All processes of one service: those that began it, and whatever they have started. */
class ProcessTree {
    private static final int SECONDS_TO_DIE = 15;

    private final List<ProcessHandle> roots;

    /** A server may be nobody's child any more, so there can be several beginnings. */
    ProcessTree(Collection<ProcessHandle> roots) {
        this.roots = List.copyOf(roots);
    }

    /**
     * SIGSTOP to every one, to those too that are started meanwhile. Gives the processes that it
     * has stopped.
     */
    List<ProcessHandle> pause() throws IOException, InterruptedException {
        Map<Long, ProcessHandle> stopped = new LinkedHashMap<>();
        while (true) {
            List<ProcessHandle> fresh = new ArrayList<>(all());
            fresh.removeIf(process -> stopped.containsKey(process.pid()));
            if (fresh.isEmpty()) {
                return List.copyOf(stopped.values());
            }
            signal("STOP", fresh);
            fresh.forEach(process -> stopped.put(process.pid(), process));
        }
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT", all());
    }

    /**
     * SIGKILL to every one; returns when all are gone. They are stopped first, so that none starts
     * another one in between.
     */
    void kill() throws IOException, InterruptedException {
        List<ProcessHandle> processes = pause();
        signal("KILL", processes);
        for (ProcessHandle process : processes) {
            if (!gone(process, SECONDS_TO_DIE)) {
                throw new IOException("Process " + process.pid() + " does not die of SIGKILL");
            }
        }
    }

    boolean gone(int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (ProcessHandle process : all()) {
            if (!gone(
                    process,
                    Math.max(0, TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime())))) {
                return false;
            }
        }
        return true;
    }

    private static boolean gone(ProcessHandle process, long seconds) throws InterruptedException {
        try {
            process.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<ProcessHandle> all() {
        Map<Long, ProcessHandle> processes = new LinkedHashMap<>();
        for (ProcessHandle root : roots) {
            if (root.isAlive()) {
                processes.put(root.pid(), root);
                root.descendants().forEach(process -> processes.put(process.pid(), process));
            }
        }
        return List.copyOf(processes.values());
    }

    private static void signal(String signal, List<ProcessHandle> processes)
            throws IOException, InterruptedException {
        if (processes.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        // Its exit code says only that some process was gone already.
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
