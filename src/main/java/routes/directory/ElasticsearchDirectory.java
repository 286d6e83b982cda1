package routes.directory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import routes.settings.Settings;

/**
 * The university's directory in Elasticsearch: students by PERSONAL.BITRIX_USER_ID, employees by
 * PERSONAL.ID_DECANAT, all in one {@code _msearch}. Its own client refuses servers that speak the
 * same protocol.
 *
 * <p>An answer counts only if it is whole: no shard failed, nothing timed out, no hit was cut off.
 * Of several documents with the same id, one of the right PERSONAL.type comes first, then the one
 * with the least {@code _id}; of several studies, the one that began last.
 */
public final class ElasticsearchDirectory extends HttpDirectory {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** An index gives out no more hits at a time, unless it was told to. */
    private static final int MOST_HITS = 10_000;

    /** So that each id may have ten documents before its search is cut off and asked by halves. */
    private static final int IDS_A_SEARCH = 1_000;

    /** What bounds the memory that an answer takes: two thousand documents. */
    private static final int SEARCHES_A_REQUEST = 2;

    private static final String SEARCH =
            """
            {"index": "%s", "allow_partial_search_results": false}
            {"size": %s, "track_total_hits": true, "query": {"bool": {"filter": {"terms": {"%s": %s}}}}, \
            "_source": %s}
            """;

    private static final Set<String> NUMERIC =
            Set.of("long", "integer", "short", "byte", "unsigned_long");
    private static final Set<String> EXACT = Set.of("keyword", "constant_keyword", "wildcard");
    private static final Pattern INDEX = Pattern.compile("[a-z0-9._-]+");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,18}");

    /** Where a kind of people is: in which index, and by which field of the documents. */
    private record Place(String index, String field) {}

    /** The field that a kind of people is searched by, as the index holds it. */
    private record Field(String searched, boolean numeric) {
        /** As the index compares ids; null for one that it cannot hold. */
        String normal(String id) {
            if (!numeric) {
                return id;
            }
            return WHOLE_NUMBER.matcher(id).matches() ? Long.toString(Long.parseLong(id)) : null;
        }
    }

    /** A person, and how well the document fits: the smallest is the one. */
    private record Ranked(String rank, Person person) {}

    private record Search(PersonId.Kind kind, List<String> ids) {
        Search part(int from, int to) {
            return new Search(kind, ids.subList(from, to));
        }
    }

    private final Map<PersonId.Kind, Place> places = new EnumMap<>(PersonId.Kind.class);

    /** Empty until the indices have said, and again after an answer that was none. */
    private volatile Map<PersonId.Kind, Field> fields = Map.of();

    ElasticsearchDirectory(Settings settings) {
        super("elasticsearch", settings);
        places.put(
                PersonId.Kind.STUDENT,
                new Place(index(settings, "students"), "PERSONAL.BITRIX_USER_ID"));
        places.put(
                PersonId.Kind.EMPLOYEE,
                new Place(index(settings, "employees"), "PERSONAL.ID_DECANAT"));
    }

    private String index(Settings settings, String word) {
        String text = settings.text(setting(word));
        if (!INDEX.matcher(text).matches()) {
            throw settings.wrong(
                    setting(word),
                    text,
                    "an index's or alias's name: lower-case letters, digits, '.', '_', '-'");
        }
        return text;
    }

    @Override
    public Question ask(Set<PersonId> ids) {
        return new Inquiry(ids);
    }

    @Override
    DirectoryUnavailable unavailable(String what, Throwable cause) {
        // The index may have been made anew.
        fields = Map.of();
        return super.unavailable(what, cause);
    }

    /** First how the indices hold the ids, if that is not known, then the people. */
    private final class Inquiry implements Question {
        private final Set<PersonId> ids;
        private final Map<PersonId.Kind, Field> known = new EnumMap<>(PersonId.Kind.class);
        private final List<PersonId.Kind> unknown = new ArrayList<>();

        /** Those who are asked for, by their ids as the index compares them. */
        private final Map<PersonId, List<PersonId>> wanted = new HashMap<>();

        private final Map<PersonId, Ranked> best = new HashMap<>();
        private List<Search> searches = List.of();

        Inquiry(Set<PersonId> ids) {
            this.ids = ids;
            // Somebody who asks for nobody wants to know whether the indices are there.
            known.putAll(ids.isEmpty() ? Map.of() : fields);
            unknown.addAll(places.keySet());
            unknown.removeAll(known.keySet());
            if (unknown.isEmpty()) {
                begin();
            }
        }

        @Override
        public boolean isOpen() {
            return !unknown.isEmpty() || !searches.isEmpty();
        }

        @Override
        public void write(Message request) {
            if (unknown.isEmpty()) {
                request.setHeader(Exchange.HTTP_PATH, "/_msearch");
                request.setHeader(Exchange.CONTENT_TYPE, "application/x-ndjson");
                StringBuilder lines = new StringBuilder();
                next().forEach(search -> lines.append(query(search)));
                request.setBody(lines.toString().getBytes(StandardCharsets.UTF_8));
            } else {
                Place place = places.get(unknown.get(0));
                request.setHeader(Exchange.HTTP_PATH, "/" + place.index() + "/_field_caps");
                request.setHeader(
                        Exchange.HTTP_QUERY,
                        "fields=" + place.field() + "," + place.field() + ".keyword");
                request.setBody(null);
            }
        }

        private List<Search> next() {
            return searches.subList(0, Math.min(SEARCHES_A_REQUEST, searches.size()));
        }

        private String query(Search search) {
            return SEARCH.formatted(
                    places.get(search.kind()).index(),
                    MOST_HITS,
                    known.get(search.kind()).searched(),
                    JSON.valueToTree(search.ids()),
                    JSON.valueToTree(PersonDocument.FIELDS));
        }

        @Override
        public void read(JsonNode answer) {
            if (unknown.isEmpty()) {
                searches = take(answer.path("responses"));
            } else {
                PersonId.Kind kind = unknown.remove(0);
                known.put(kind, field(places.get(kind), answer.path("fields")));
                if (unknown.isEmpty()) {
                    fields = Map.copyOf(known);
                    begin();
                }
            }
        }

        private void begin() {
            for (PersonId id : ids) {
                String normal = known.get(id.kind()).normal(id.id());
                if (normal != null) {
                    wanted.computeIfAbsent(
                                    new PersonId(id.kind(), normal), same -> new ArrayList<>())
                            .add(id);
                }
            }
            searches = new ArrayList<>();
            for (PersonId.Kind kind : known.keySet()) {
                List<String> all =
                        wanted.keySet().stream()
                                .filter(id -> id.kind() == kind)
                                .map(PersonId::id)
                                .toList();
                for (int from = 0; from < all.size(); from += IDS_A_SEARCH) {
                    int to = Math.min(all.size(), from + IDS_A_SEARCH);
                    searches.add(new Search(kind, all.subList(from, to)));
                }
            }
        }

        /**
         * Takes what was found. What comes back is still to be asked: the searches of the next
         * requests, and by halves those whose answers were cut off.
         */
        private List<Search> take(JsonNode responses) {
            List<Search> asked = next();
            if (responses.size() != asked.size()) {
                throw unavailable(
                        "answered a different number of searches than it was asked", null);
            }
            List<Search> again = new ArrayList<>(searches.subList(asked.size(), searches.size()));
            for (int i = 0; i < asked.size(); i++) {
                Search search = asked.get(i);
                JsonNode hits = hits(responses.get(i));
                JsonNode total = hits.path("total");
                int ids = search.ids().size();
                if (total.path("value").asLong() <= hits.path("hits").size()
                        && total.path("relation").asText().equals("eq")) {
                    hits.path("hits").forEach(hit -> take(hit, search.kind()));
                } else if (ids > 1) {
                    again.add(search.part(0, ids / 2));
                    again.add(search.part(ids / 2, ids));
                } else {
                    throw unavailable(
                            "has more than %d documents of %s with the id %s: remove the surplus ones"
                                    .formatted(MOST_HITS, places.get(search.kind()), search.ids()),
                            null);
                }
            }
            return again;
        }

        private void take(JsonNode hit, PersonId.Kind kind) {
            if (!hit.path("_source").isObject()) {
                throw unavailable("answered a search without the documents' _source", null);
            }
            Ranked found = new Ranked(rank(kind, hit), PersonDocument.person(hit.path("_source")));
            JsonNode value = hit.at("/_source/" + places.get(kind).field().replace('.', '/'));
            // An array of ids is one document of several people.
            for (JsonNode one : value.isArray() ? value : List.of(value)) {
                String normal = String.valueOf(known.get(kind).normal(one.asText()));
                for (PersonId id : wanted.getOrDefault(new PersonId(kind, normal), List.of())) {
                    best.merge(id, found, (a, b) -> a.rank().compareTo(b.rank()) <= 0 ? a : b);
                }
            }
        }

        private String rank(PersonId.Kind kind, JsonNode hit) {
            boolean right = kind.name().equalsIgnoreCase(hit.at("/_source/PERSONAL/type").asText());
            return (right ? "0" : "1") + hit.path("_id").asText();
        }

        @Override
        public Map<PersonId, Person> people() {
            Map<PersonId, Person> people = new HashMap<>();
            best.forEach((id, found) -> people.put(id, found.person()));
            return people;
        }
    }

    /** The hits, if the answer is all that there is to say. */
    private JsonNode hits(JsonNode answer) {
        if (answer.has("error") || answer.path("status").asInt() >= 400) {
            throw unavailable("refuses a search: " + shortened(answer.path("error")), null);
        }
        if (answer.path("timed_out").asBoolean(true)) {
            throw unavailable("ran out of time in a search, and its answer is incomplete", null);
        }
        JsonNode shards = answer.path("_shards");
        if (shards.path("failed").asInt(-1) != 0
                || shards.path("successful").asInt(-1) != shards.path("total").asInt(-2)) {
            throw unavailable("answered without some of its shards: " + shards, null);
        }
        JsonNode hits = answer.path("hits");
        if (!hits.has("total") || !hits.path("hits").isArray()) {
            throw unavailable("answered a search without its hits", null);
        }
        return hits;
    }

    /** How an index holds the ids: a text that is cut into words cannot be searched for. */
    private Field field(Place place, JsonNode capabilities) {
        String exact = place.field() + ".keyword";
        Set<String> types = types(capabilities, place.field());
        if (types.isEmpty()) {
            throw unavailable(
                    "has no field %s in the index %s: fill it, or name another one in %s and %s"
                            .formatted(
                                    place.field(),
                                    place.index(),
                                    setting("students"),
                                    setting("employees")),
                    null);
        }
        if (NUMERIC.containsAll(types)) {
            return new Field(place.field(), true);
        }
        if (EXACT.containsAll(types)) {
            return new Field(place.field(), false);
        }
        Set<String> exactTypes = types(capabilities, exact);
        if (!exactTypes.isEmpty() && EXACT.containsAll(exactTypes)) {
            return new Field(exact, false);
        }
        throw unavailable(
                "holds the field %s of the index %s as %s: make it a keyword or a whole number"
                        .formatted(place.field(), place.index(), String.join(" and ", types)),
                null);
    }

    private static Set<String> types(JsonNode capabilities, String name) {
        Set<String> types = new HashSet<>();
        capabilities.path(name).fieldNames().forEachRemaining(types::add);
        return types;
    }
}
