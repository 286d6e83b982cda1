package sandbox.elasticsearch;

import java.io.IOException;
import org.codelibs.opensearch.runner.OpenSearchRunner;
import sandbox.Service;
import sandbox.Setup;

/**
 * One node of OpenSearch 2.19, which answers Elasticsearch's REST calls (indices and mappings,
 * documents, _bulk, _search, _msearch, _cluster/health), on persistent data. What it has answered
 * is on disk.
 *
 * <p>It has no accounts: whoever reaches the port may do everything, and what a client says of
 * itself is not looked at. It listens on 127.0.0.1 alone. It answers as OpenSearch, so that clients
 * that insist on Elasticsearch's name refuse it.
 */
public class ElasticsearchService implements Service {
    private final OpenSearchRunner runner = new OpenSearchRunner();

    @Override
    public void start(Setup setup) {
        runner.onBuild(
                (number, settings) ->
                        settings.put("discovery.type", "single-node")
                                .put("network.host", "127.0.0.1")
                                .put("http.port", setup.port())
                                // Nobody else's business: any that is free.
                                .put("transport.port", 0)
                                .put("node.processors", 2)
                                // A disk that is nearly full makes indices read-only otherwise.
                                .put("cluster.routing.allocation.disk.threshold_enabled", false));
        runner.build(
                OpenSearchRunner.newConfigs()
                        .basePath(setup.data().toString())
                        .clusterName("caravan")
                        .numOfNode(1)
                        .disableESLogger());
        // Indices that an earlier run left take work once their shards are back.
        runner.ensureYellow();
    }

    @Override
    public void stop() throws IOException {
        runner.close();
    }
}
