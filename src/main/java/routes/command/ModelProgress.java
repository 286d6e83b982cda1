package routes.command;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Which model ClickHouse computes, and for how long it has: one may take minutes. */
final class ModelProgress implements Consumer<String>, AutoCloseable {
    private static final long LOOK_MS = 250;

    private final ProgressLine line;
    private final ScheduledExecutorService looks =
            Executors.newSingleThreadScheduledExecutor(
                    work -> {
                        Thread thread = new Thread(work, "progress");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final List<String> begun = new ArrayList<>();
    private long since;

    ModelProgress(ProgressLine line) {
        this.line = line;
        looks.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    /** Another model begins, and the one before has ended. */
    @Override
    public synchronized void accept(String model) {
        begun.add(model);
        since = System.nanoTime();
    }

    /** Those that have begun, in their order. */
    synchronized List<String> begun() {
        return List.copyOf(begun);
    }

    private synchronized void look() {
        if (!begun.isEmpty()) {
            line.show(
                    () ->
                            "%s is computed, for %d s; %d before it"
                                    .formatted(
                                            begun.get(begun.size() - 1),
                                            TimeUnit.NANOSECONDS.toSeconds(
                                                    System.nanoTime() - since),
                                            begun.size() - 1));
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
        synchronized (this) {
            begun.clear();
            line.close();
        }
    }
}
