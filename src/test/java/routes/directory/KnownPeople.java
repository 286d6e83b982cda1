package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/** A directory that knows some people and notes what it is asked for. */
public final class KnownPeople implements Directory.Local {
    private final String name;
    private final Set<PersonId> known = new HashSet<>();
    private final List<Set<PersonId>> asked = new ArrayList<>();
    private boolean away;

    KnownPeople(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String address() {
        return "here";
    }

    @Override
    public Map<PersonId, Person> find(Set<PersonId> ids) {
        if (!ids.isEmpty()) {
            asked.add(Set.copyOf(ids));
        }
        if (away) {
            throw new DirectoryUnavailable("away", null);
        }
        Map<PersonId, Person> found = new HashMap<>();
        ids.stream().filter(known::contains).forEach(id -> found.put(id, person(id.id())));
        return found;
    }

    static Person person(String name) {
        return new Person(
                name, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    void knows(PersonId... ids) {
        known.addAll(List.of(ids));
    }

    List<Set<PersonId>> asked() {
        return asked;
    }

    void away(boolean now) {
        away = now;
    }

    /** What a route answers; throws what it fails with. */
    static <T> T ask(CamelContext context, String uri, Object body, Class<T> type) {
        try (ProducerTemplate template = context.createProducerTemplate()) {
            Exchange answer =
                    template.request(uri, exchange -> exchange.getMessage().setBody(body));
            if (answer.getException() instanceof RuntimeException failure) {
                throw failure;
            }
            assertThat(answer.getException()).isNull();
            return answer.getMessage().getBody(type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
