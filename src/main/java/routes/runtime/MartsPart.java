package routes.runtime;

import java.util.Set;
import org.apache.camel.CamelContext;
import routes.marts.Marts;
import routes.pipeline.Pipeline;

/** The marts of the daily load. */
final class MartsPart implements Pipeline {
    private final Marts marts;
    private final CamelContext context;

    MartsPart(Marts marts, CamelContext context) {
        this.marts = marts;
        this.context = context;
    }

    @Override
    public String name() {
        return "the marts' views";
    }

    @Override
    public Set<String> servers() {
        return Set.of("clickhouse", "postgres");
    }

    @Override
    public void prepare() throws Exception {
        marts.prepare();
    }

    @Override
    public void start() throws Exception {
        context.getRegistry().bind("marts", marts);
        context.addRoutes(marts.routes());
    }

    @Override
    public void close() {
        marts.close();
    }
}
