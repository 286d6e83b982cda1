package routes.board;

import java.util.List;
import routes.jobs.JobSettings;
import routes.outbox.OutboxSettings;
import routes.sink.SinkSettings;

/**
 * The pipelines that the board shows: those that run in this process.
 *
 * @param deadLetterTopics of all of them
 */
public record Shown(
        List<OutboxSettings> outboxes,
        List<SinkSettings> sinks,
        List<JobSettings> jobs,
        List<String> deadLetterTopics) {}
