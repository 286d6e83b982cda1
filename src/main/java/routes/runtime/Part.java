package routes.runtime;

import java.util.List;
import java.util.Set;
import routes.pipeline.Look;
import routes.pipeline.Pipeline;

/**
 * A pipeline that is made ready by one call, and started with what that has made.
 *
 * @param <T> what the preparation makes
 */
final class Part<T> implements Pipeline {
    private final String name;
    private final Set<String> servers;
    private final Preparation<T> preparation;
    private final Starting<T> starting;
    private final Runnable closing;
    private List<Look> looks = List.of();
    private T prepared;

    /** May be repeated. */
    @FunctionalInterface
    interface Preparation<T> {
        T run() throws Exception;
    }

    /** Adds routes. */
    @FunctionalInterface
    interface Starting<T> {
        void run(T prepared) throws Exception;
    }

    Part(String name, Set<String> servers, Preparation<T> preparation, Starting<T> starting) {
        this(name, servers, preparation, starting, () -> {});
    }

    /**
     * @param closing ends what was there before the preparation
     */
    Part(
            String name,
            Set<String> servers,
            Preparation<T> preparation,
            Starting<T> starting,
            Runnable closing) {
        this.name = name;
        this.servers = servers;
        this.preparation = preparation;
        this.starting = starting;
        this.closing = closing;
    }

    /** Says what can be looked at before. */
    Part<T> lookingAt(Look... looks) {
        this.looks = List.of(looks);
        return this;
    }

    @Override
    public List<Look> looks() {
        return looks;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> servers() {
        return servers;
    }

    @Override
    public void prepare() throws Exception {
        prepared = preparation.run();
    }

    @Override
    public void start() throws Exception {
        starting.run(prepared);
    }

    @Override
    public void close() {
        closing.run();
    }
}
