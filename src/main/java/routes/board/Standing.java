package routes.board;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.ServiceStatus;
import routes.board.Failures.Failure;
import routes.board.Failures.Waiting;
import routes.board.Servers.Server;

/**
 * How a pipeline stands: good only while it makes progress or has nothing to do.
 *
 * @param level good, warn, bad, or neutral where a person wants it so
 * @param state in a word or two
 * @param why on one line; null where all is well
 */
record Standing(Level level, String state, String why) {
    private static final Duration RECENT = Duration.ofMinutes(1);
    private static final Duration LATE = Duration.ofHours(1);

    /** When a day that is due is a fault: the time of the alert CaravanJobLate too. */
    private static final Duration TOO_LATE = Duration.ofHours(3);

    enum Level {
        NEUTRAL,
        GOOD,
        WARN,
        BAD;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * When standing still is worth a look, and when it is a fault.
     *
     * @param warn after this time
     * @param bad after this time
     */
    record Limits(Duration warn, Duration bad) {
        private Level of(Duration still) {
            return still.compareTo(bad) >= 0
                    ? Level.BAD
                    : still.compareTo(warn) >= 0 ? Level.WARN : Level.GOOD;
        }
    }

    /** One that a person has paused: that is no fault, however much waits. */
    static Standing ofPaused(String by, Duration time) {
        return new Standing(Level.NEUTRAL, "paused", "by " + by + ", for " + text(time));
    }

    /**
     * A part of the runtime that may not have started, on servers that may not answer, or refuse
     * Caravan: then somebody has to act.
     */
    static Optional<Standing> ofStart(
            ServiceStatus status, Waiting waiting, Collection<Server> silent, Limits limits) {
        if (waiting != null && waiting.person()) {
            return bad("needs you", waiting.failure().reason());
        }
        if (!silent.isEmpty()) {
            String refusals =
                    silent.stream()
                            .filter(Server::refuses)
                            .map(Standing::refusal)
                            .collect(Collectors.joining("; "));
            if (!refusals.isEmpty()) {
                return bad("needs you", refusals);
            }
            Instant since =
                    silent.stream().map(Server::since).min(Comparator.naturalOrder()).orElseThrow();
            Level level = limits.of(Duration.between(since, Instant.now()));
            return Optional.of(
                    new Standing(
                            level == Level.BAD ? level : Level.WARN,
                            "waits",
                            silent.stream()
                                    .map(Standing::silence)
                                    .collect(Collectors.joining("; ", "for ", ""))));
        }
        if (waiting != null) {
            return Optional.of(new Standing(Level.WARN, "waits", waiting.failure().reason()));
        }
        if (status == null) {
            return Optional.of(new Standing(Level.WARN, "starts", null));
        }
        return status.isStarted()
                ? Optional.empty()
                : bad(status.name().toLowerCase(Locale.ROOT), "it was stopped by hand");
    }

    private static String silence(Server server) {
        return "%s at %s, which has not answered for %s"
                .formatted(server.name(), server.address(), age(server.since()));
    }

    /** With what the server says of it, as that tells what to do. */
    private static String refusal(Server server) {
        return "%s at %s %s for %s: %s"
                .formatted(
                        server.name(),
                        server.address(),
                        server.fault(),
                        age(server.since()),
                        server.problem());
    }

    private static String age(Instant since) {
        return text(Duration.between(since, Instant.now()));
    }

    private static String text(Duration time) {
        if (time.toSeconds() < 120) {
            return time.toSeconds() + " s";
        }
        return time.toMinutes() < 120 ? time.toMinutes() + " min" : time.toHours() + " h";
    }

    private static Optional<Standing> bad(String state, String why) {
        return Optional.of(new Standing(Level.BAD, state, why));
    }

    /**
     * One that runs.
     *
     * @param step of its route in which its oldest batch is now, asked where it stands still; empty
     *     between two batches
     */
    static Standing ofRunning(
            Progress progress,
            Optional<Failure> failure,
            Supplier<Optional<String>> step,
            Limits limits) {
        Instant now = Instant.now();
        if (failure.isPresent() && failure.get().time().isAfter(now.minus(RECENT))) {
            return new Standing(Level.BAD, "failing", failure.get().reason());
        }
        Duration still = progress.still(now);
        Level level = limits.of(still);
        return level == Level.GOOD
                ? new Standing(level, "runs", null)
                : new Standing(
                        level,
                        "stands still",
                        "nothing has moved for "
                                + text(still)
                                + step.get().map(", in the step "::concat).orElse(""));
    }

    /**
     * A job.
     *
     * @param due for how long the oldest of its days is due; zero if none is
     */
    static Standing ofJob(Duration due, Optional<Failure> failure) {
        if (!due.isZero() && failure.isPresent()) {
            return new Standing(Level.BAD, "failing", failure.get().reason());
        }
        if (due.compareTo(LATE) < 0) {
            return new Standing(Level.GOOD, "runs", null);
        }
        String why = "a day has been due for " + text(due);
        return due.compareTo(TOO_LATE) < 0
                ? new Standing(Level.WARN, "late", why)
                : new Standing(
                        Level.BAD,
                        "too late",
                        why + ": see its last problem among the days that are due");
    }
}
