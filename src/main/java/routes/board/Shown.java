package routes.board;

import java.util.List;
import java.util.Map;
import java.util.Set;
import routes.jobs.JobSettings;
import routes.jobs.Work;
import routes.outbox.OutboxSettings;
import routes.sink.SinkSettings;

/**
 * The pipelines that the board shows: those that run in this process.
 *
 * @param works what each job does
 * @param jobServers the servers that each job needs
 * @param deadLetterTopics of all of them
 */
public record Shown(
        List<OutboxSettings> outboxes,
        List<SinkSettings> sinks,
        List<JobSettings> jobs,
        Map<String, Work> works,
        Map<String, Set<String>> jobServers,
        List<String> deadLetterTopics) {}
