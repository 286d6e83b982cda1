package routes.directory;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/**
 * Who is not in the cache, from one directory after the other, each behind a circuit.
 *
 * <p>{@code direct:people} takes and gives a {@link Lookup}; it fails with {@link
 * DirectoryUnavailable} when a directory cannot say: what is known by then stays known. {@code
 * direct:directory-NAME} asks one directory behind its circuit, {@code direct:ask-NAME} without it:
 * from a set of ids to the people who are known, by id.
 */
final class DirectoriesRoute extends RouteBuilder {
    static final String LOOKUP = "lookup";
    private static final String QUESTION = "question";

    private final Map<Directory, Circuit> directories;

    DirectoriesRoute(Map<Directory, Circuit> directories) {
        this.directories = directories;
    }

    // spotless:off
    @Override
    public void configure() {
        var people = from("direct:people")
            .routeId("people")
            .description("People who are not in the cache, from one directory after the other")
            .errorHandler(noErrorHandler());
        directories.forEach((directory, circuit) -> {
            String name = directory.name();
            people.filter(simple("${body.missing.size} > 0")).id("missing-before-" + name)
                .to("direct:directory-" + name).id("people-of-" + name)
            .end();
            guarded(name, circuit);
            if (directory instanceof HttpDirectory server) {
                asked(server);
            } else {
                asked(name);
            }
        });
        people.to("bean:people?method=unknown").id("unknown-people");
    }

    private void guarded(String name, Circuit circuit) {
        from("direct:directory-" + name)
            .routeId("directory-" + name)
            .description("People from the directory " + name + ", unless its circuit is open")
            .errorHandler(noErrorHandler())
            .setProperty(LOOKUP, body()).id("lookup-" + name)
            .transform(simple("${body.missing}")).id("missing-" + name)
            .doTry().id("try-" + name)
                .circuitBreaker().id("circuit-" + name)
                    .resilience4jConfiguration()
                        .circuitBreaker("circuit-" + name)
                        .throwExceptionWhenHalfOpenOrOpenState(true)
                    .end()
                    .to("direct:ask-" + name).id("guarded-" + name)
                .end()
            .endDoTry()
            .doCatch(CallNotPermittedException.class).id("open-" + name)
                .process(exchange -> exchange.setException(circuit.leftAlone())).id("left-alone-" + name)
            .end()
            .to("bean:people?method=found").id("found-" + name);
    }

    private void asked(HttpDirectory directory) {
        String name = directory.name();
        from("direct:ask-" + name)
            .routeId("ask-" + name)
            .description("A question to " + name + ", in as many requests as it takes")
            .errorHandler(noErrorHandler())
            .setProperty(QUESTION).method("directory-" + name, "ask").id("question-" + name)
            .loopDoWhile(exchange -> question(exchange).isOpen()).id("open-question-" + name)
                .process(exchange -> question(exchange).write(exchange.getMessage())).id("request-" + name)
                .doTry().id("try-http-" + name)
                    .to(directory.uri()).id("http-" + name)
                    .unmarshal().json(JsonNode.class).id("json-" + name)
                .doCatch(Exception.class).id("no-answer-" + name)
                    .to("bean:directory-" + name + "?method=refused").id("refused-" + name)
                .end()
                .process(exchange -> question(exchange).read(exchange.getMessage().getBody(JsonNode.class))).id("answer-" + name)
            .end()
            .process(exchange -> exchange.getMessage().setBody(question(exchange).people())).id("answered-" + name);
    }

    private void asked(String name) {
        from("direct:ask-" + name)
            .routeId("ask-" + name)
            .description("People in " + name + ", which needs no server")
            .errorHandler(noErrorHandler())
            .to("bean:directory-" + name + "?method=find").id("find-" + name);
    }
    // spotless:on

    private static Question question(Exchange exchange) {
        return exchange.getProperty(QUESTION, Question.class);
    }
}
