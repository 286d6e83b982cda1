package routes.runtime;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.health.HealthCheck;
import routes.pipeline.Look;
import routes.pipeline.Pipeline;

/** A stream with the outboxes and sinks that it brings: these are prepared after it. */
final class StreamParts implements Pipeline {
    private final Pipeline stream;
    private final List<Pipeline> brought;
    private int prepared;

    StreamParts(Pipeline stream, List<Pipeline> brought) {
        this.stream = stream;
        this.brought = brought;
    }

    @Override
    public String name() {
        return stream.name();
    }

    @Override
    public Set<String> servers() {
        Set<String> servers = new HashSet<>(stream.servers());
        brought.forEach(part -> servers.addAll(part.servers()));
        return servers;
    }

    /** What is prepared stays so while the others wait for their servers. */
    @Override
    public void prepare() throws Exception {
        for (; prepared <= brought.size(); prepared++) {
            (prepared == 0 ? stream : brought.get(prepared - 1)).prepare();
        }
    }

    @Override
    public void start() throws Exception {
        stream.start();
        for (Pipeline part : brought) {
            part.start();
        }
    }

    @Override
    public List<Look> looks() {
        List<Look> looks = new ArrayList<>(stream.looks());
        brought.forEach(part -> looks.addAll(part.looks()));
        return looks;
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return stream.healthChecks();
    }

    @Override
    public void stopping() {
        stream.stopping();
    }

    @Override
    public void close() {
        stream.close();
    }
}
