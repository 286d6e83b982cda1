package routes.attendance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import routes.attendance.Elasticsearch.Hit;
import routes.attendance.Elasticsearch.Hits;
import routes.settings.Settings;

/**
 * The university's directory in Elasticsearch: students by PERSONAL.BITRIX_USER_ID, employees by
 * PERSONAL.ID_DECANAT, all in one {@code _msearch}.
 *
 * <p>An answer counts only if no hit was cut off. Of several documents with the same id, one of the
 * right PERSONAL.type comes first, then the one with the least {@code _id}; of several studies, the
 * one that began last.
 */
final class ElasticsearchDirectory implements Directory {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "caravan.elasticsearch.";

    /** An index gives out no more hits at a time, unless it was told to. */
    private static final int MOST_HITS = 10_000;

    /** So that each id may have ten documents before its search is cut off and asked by halves. */
    private static final int IDS_A_SEARCH = 1_000;

    private static final Set<String> NUMERIC =
            Set.of("long", "integer", "short", "byte", "unsigned_long");
    private static final Set<String> EXACT = Set.of("keyword", "constant_keyword", "wildcard");
    private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s/@?#]+(/[^\\s?#@]*)?");
    private static final Pattern INDEX = Pattern.compile("[a-z0-9._-]+");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,18}");

    private static final List<String> SOURCE =
            List.of(
                    "PERSONAL.fullname",
                    "PERSONAL.lastname",
                    "PERSONAL.name",
                    "PERSONAL.surname",
                    "PERSONAL.type",
                    "PERSONAL.WORK_POSITION",
                    "PERSONAL.BITRIX_USER_ID",
                    "PERSONAL.ID_DECANAT",
                    "PERSONAL.birthdate",
                    "PERSONAL.sex",
                    "EDUCATION.department.short_title",
                    "EDUCATION.specialization.title",
                    "EDUCATION.edu_year",
                    "EDUCATION.edu_qualification",
                    "EDUCATION.edu_course",
                    "WORK.job_title",
                    "WORK.department.FACULTY_NAME_DECANAT",
                    "WORK.department.title");

    /** The field that a kind of people is found by, as the index knows it. */
    private record Field(String index, String name, String searched, boolean numeric) {
        /** As the index compares ids; null for one that it cannot hold. */
        String normal(String id) {
            if (!numeric) {
                return id;
            }
            return WHOLE_NUMBER.matcher(id).matches() ? Long.toString(Long.parseLong(id)) : null;
        }
    }

    private record Search(PersonId.Kind kind, Field field, List<String> ids) {}

    private final Elasticsearch server;
    private final Map<PersonId.Kind, String> indices;
    private volatile Map<PersonId.Kind, Field> fields;

    ElasticsearchDirectory(Elasticsearch server, String students, String employees) {
        this.server = server;
        this.indices = Map.of(PersonId.Kind.STUDENT, students, PersonId.Kind.EMPLOYEE, employees);
    }

    static ElasticsearchDirectory of(Settings settings) {
        return new ElasticsearchDirectory(
                new Elasticsearch(
                        address(settings),
                        settings.find(PREFIX + "user").orElse(""),
                        settings.find(PREFIX + "password").orElse(""),
                        settings.duration(PREFIX + "timeout")),
                index(settings, PREFIX + "students"),
                index(settings, PREFIX + "employees"));
    }

    private static String address(Settings settings) {
        String key = PREFIX + "url";
        String text = settings.text(key);
        if (!ADDRESS.matcher(text).matches()) {
            throw settings.wrong(key, text, "an address such as http://localhost:9200");
        }
        return text;
    }

    private static String index(Settings settings, String key) {
        String text = settings.text(key);
        if (!INDEX.matcher(text).matches()) {
            throw settings.wrong(
                    key, text, "an index's or alias's name: small letters, digits, '.', '_', '-'");
        }
        return text;
    }

    @Override
    public String name() {
        return "elasticsearch";
    }

    @Override
    public String address() {
        return server.url();
    }

    @Override
    public void check() throws DirectoryUnavailable {
        lookAtFields();
    }

    @Override
    public Map<PersonId, Person> find(Set<PersonId> ids) throws DirectoryUnavailable {
        try {
            Map<PersonId.Kind, Field> known = fields;
            if (known == null) {
                known = lookAtFields();
                fields = known;
            }
            return find(ids, known);
        } catch (DirectoryUnavailable e) {
            // The index may have been made anew.
            fields = null;
            throw e;
        }
    }

    private Map<PersonId, Person> find(Set<PersonId> ids, Map<PersonId.Kind, Field> known)
            throws DirectoryUnavailable {
        Map<PersonId.Kind, Map<String, List<PersonId>>> wanted = new EnumMap<>(PersonId.Kind.class);
        for (PersonId id : ids) {
            String normal = known.get(id.kind()).normal(id.id());
            if (normal != null) {
                wanted.computeIfAbsent(id.kind(), kind -> new HashMap<>())
                        .computeIfAbsent(normal, text -> new ArrayList<>())
                        .add(id);
            }
        }
        List<Search> searches = new ArrayList<>();
        wanted.forEach(
                (kind, byId) -> {
                    List<String> all = List.copyOf(byId.keySet());
                    for (int from = 0; from < all.size(); from += IDS_A_SEARCH) {
                        int to = Math.min(all.size(), from + IDS_A_SEARCH);
                        searches.add(new Search(kind, known.get(kind), all.subList(from, to)));
                    }
                });
        Map<PersonId, Hit> best = new HashMap<>();
        List<Search> open = searches;
        while (!open.isEmpty()) {
            open = search(open, wanted, best);
        }
        Map<PersonId, Person> people = new HashMap<>();
        best.forEach((id, hit) -> people.put(id, person(hit.source())));
        return people;
    }

    /** Asks all at once; those whose answers were cut off come back, by halves. */
    private List<Search> search(
            List<Search> searches,
            Map<PersonId.Kind, Map<String, List<PersonId>>> wanted,
            Map<PersonId, Hit> best)
            throws DirectoryUnavailable {
        List<Elasticsearch.Search> asked = new ArrayList<>();
        searches.forEach(search -> asked.add(query(search)));
        List<Hits> found = server.search(asked);
        List<Search> again = new ArrayList<>();
        for (int i = 0; i < searches.size(); i++) {
            Search search = searches.get(i);
            Hits hits = found.get(i);
            if (hits.total().value() > hits.hits().size()
                    || !"eq".equals(hits.total().relation())) {
                int ids = search.ids().size();
                if (ids == 1) {
                    throw server.unavailable(
                            "has more than "
                                    + MOST_HITS
                                    + " documents with "
                                    + search.field().name()
                                    + " = "
                                    + search.ids().get(0)
                                    + " in "
                                    + search.field().index()
                                    + ": remove those that are too many",
                            null);
                }
                again.add(half(search, 0, ids / 2));
                again.add(half(search, ids / 2, ids));
            } else {
                hits.hits().forEach(hit -> take(hit, search, wanted.get(search.kind()), best));
            }
        }
        return again;
    }

    private static Search half(Search search, int from, int to) {
        return new Search(search.kind(), search.field(), search.ids().subList(from, to));
    }

    private static void take(
            Hit hit, Search search, Map<String, List<PersonId>> wanted, Map<PersonId, Hit> best) {
        // An array of ids is one document of several people.
        for (JsonNode value : values(hit.source(), search.field().name())) {
            String normal = search.field().normal(value.asText());
            for (PersonId id : wanted.getOrDefault(normal, List.of())) {
                best.merge(id, hit, (one, other) -> better(search.kind(), one, other));
            }
        }
    }

    private static Iterable<JsonNode> values(JsonNode source, String path) {
        JsonNode value = source.at('/' + path.replace('.', '/'));
        return value.isArray() ? value : List.of(value);
    }

    private static Hit better(PersonId.Kind kind, Hit one, Hit other) {
        String type = kind == PersonId.Kind.STUDENT ? "student" : "employee";
        return Comparator.comparing(
                                        (Hit hit) ->
                                                !type.equals(
                                                        hit.source().at("/PERSONAL/type").asText()))
                                .thenComparing(Hit::id)
                                .compare(one, other)
                        <= 0
                ? one
                : other;
    }

    private static Elasticsearch.Search query(Search search) {
        ObjectNode header = JSON.createObjectNode();
        header.put("index", search.field().index());
        header.put("allow_partial_search_results", false);
        ObjectNode query = JSON.createObjectNode();
        query.put("size", MOST_HITS);
        query.put("track_total_hits", true);
        ArrayNode source = query.putArray("_source");
        SOURCE.forEach(source::add);
        ArrayNode terms =
                query.putObject("query")
                        .putObject("bool")
                        .putObject("filter")
                        .putObject("terms")
                        .putArray(search.field().searched());
        search.ids().forEach(terms::add);
        return new Elasticsearch.Search(header, query);
    }

    /** How the indices hold the ids: a text that is cut into words cannot be searched for. */
    private Map<PersonId.Kind, Field> lookAtFields() throws DirectoryUnavailable {
        Map<PersonId.Kind, Field> found = new EnumMap<>(PersonId.Kind.class);
        found.put(
                PersonId.Kind.STUDENT,
                field(indices.get(PersonId.Kind.STUDENT), "PERSONAL.BITRIX_USER_ID"));
        found.put(
                PersonId.Kind.EMPLOYEE,
                field(indices.get(PersonId.Kind.EMPLOYEE), "PERSONAL.ID_DECANAT"));
        return found;
    }

    private Field field(String index, String name) throws DirectoryUnavailable {
        String exact = name + ".keyword";
        JsonNode capabilities = server.fields(index, name, exact);
        Set<String> types = types(capabilities, name);
        if (types.isEmpty()) {
            throw server.unavailable(
                    "has no field "
                            + name
                            + " in the index "
                            + index
                            + ": fill it, or name another one in "
                            + PREFIX
                            + "students and employees",
                    null);
        }
        if (NUMERIC.containsAll(types)) {
            return new Field(index, name, name, true);
        }
        if (EXACT.containsAll(types)) {
            return new Field(index, name, name, false);
        }
        if (EXACT.containsAll(types(capabilities, exact))
                && !types(capabilities, exact).isEmpty()) {
            return new Field(index, name, exact, false);
        }
        throw server.unavailable(
                "holds the field "
                        + name
                        + " of the index "
                        + index
                        + " as "
                        + String.join(" and ", types)
                        + ": make it a keyword or a whole number",
                null);
    }

    private static Set<String> types(JsonNode capabilities, String name) {
        Set<String> types = new HashSet<>();
        capabilities.path(name).fieldNames().forEachRemaining(types::add);
        return types;
    }

    private static Person person(JsonNode source) {
        JsonNode personal = source.path("PERSONAL");
        JsonNode education = latest(source.path("EDUCATION"));
        JsonNode work = first(source.path("WORK"));
        String position = text(personal, "WORK_POSITION");
        return new Person(
                text(personal, "fullname"),
                text(personal, "lastname"),
                text(personal, "name"),
                text(personal, "surname"),
                Person.birthdate(text(personal, "birthdate")),
                text(personal, "sex"),
                text(education, "edu_year"),
                text(education, "edu_qualification"),
                text(education, "edu_course"),
                text(education.path("department"), "short_title"),
                text(education.path("specialization"), "title"),
                position == null ? text(work, "job_title") : position,
                text(work.path("department"), "FACULTY_NAME_DECANAT"),
                text(work.path("department"), "title"));
    }

    private static JsonNode first(JsonNode list) {
        return list.isArray() ? list.path(0) : list;
    }

    private static JsonNode latest(JsonNode studies) {
        if (!studies.isArray()) {
            return studies;
        }
        JsonNode latest = studies.path(0);
        for (JsonNode study : studies) {
            if (study.path("edu_year").asText().compareTo(latest.path("edu_year").asText()) > 0) {
                latest = study;
            }
        }
        return latest;
    }

    private static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }
}
