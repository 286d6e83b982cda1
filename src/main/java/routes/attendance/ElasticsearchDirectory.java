package routes.attendance;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import routes.Reason;
import routes.settings.Settings;

/**
 * The university's directory in Elasticsearch: students by PERSONAL.BITRIX_USER_ID, employees by
 * PERSONAL.ID_DECANAT, all in one {@code _msearch}.
 *
 * <p>An answer counts only if it is whole: no shard failed, nothing timed out, no hit was cut off.
 * Of several documents with the same id, one of the right PERSONAL.type comes first, then the one
 * with the least {@code _id}; of several studies, the one that began last.
 */
final class ElasticsearchDirectory implements Directory {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
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

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Answer(List<SearchAnswer> responses) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record SearchAnswer(
            int status,
            JsonNode error,
            @JsonProperty("timed_out") boolean timedOut,
            @JsonProperty("_shards") Shards shards,
            Hits hits) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Shards(int total, int successful, int failed) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Hits(Total total, List<Hit> hits) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Total(long value, String relation) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Hit(@JsonProperty("_id") String id, @JsonProperty("_source") JsonNode source) {}

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

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final String url;
    private final String authorization;
    private final Map<PersonId.Kind, String> indices;
    private final Duration timeout;
    private volatile Map<PersonId.Kind, Field> fields;

    /**
     * @param url {@code http://host:port}
     * @param user empty where the server has no accounts
     * @param timeout how long a whole answer may take
     */
    ElasticsearchDirectory(
            String url,
            String user,
            String password,
            String students,
            String employees,
            Duration timeout) {
        this.url = url.replaceFirst("/+$", "");
        this.authorization =
                user.isEmpty()
                        ? null
                        : "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                (user + ':' + password)
                                                        .getBytes(StandardCharsets.UTF_8));
        this.indices = Map.of(PersonId.Kind.STUDENT, students, PersonId.Kind.EMPLOYEE, employees);
        this.timeout = timeout;
    }

    static ElasticsearchDirectory of(Settings settings) {
        return new ElasticsearchDirectory(
                address(settings),
                settings.find(PREFIX + "user").orElse(""),
                settings.find(PREFIX + "password").orElse(""),
                index(settings, PREFIX + "students"),
                index(settings, PREFIX + "employees"),
                settings.duration(PREFIX + "timeout"));
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
        return url;
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
        Answer answer = read(post("/_msearch", body(searches)), Answer.class);
        if (answer.responses() == null || answer.responses().size() != searches.size()) {
            throw unavailable("answered another number of searches than it was asked", null);
        }
        List<Search> again = new ArrayList<>();
        for (int i = 0; i < searches.size(); i++) {
            Search search = searches.get(i);
            Hits hits = whole(answer.responses().get(i));
            if (hits.total().value() > hits.hits().size()
                    || !"eq".equals(hits.total().relation())) {
                int ids = search.ids().size();
                if (ids == 1) {
                    throw unavailable(
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

    /** The hits, if the answer is all that there is to say. */
    private Hits whole(SearchAnswer answer) throws DirectoryUnavailable {
        if (answer.error() != null || answer.status() >= HttpURLConnection.HTTP_BAD_REQUEST) {
            throw unavailable("refuses a search: " + shortened(answer.error()), null);
        }
        if (answer.timedOut()) {
            throw unavailable("ran out of time in a search, and its answer is not whole", null);
        }
        Shards shards = answer.shards();
        if (shards == null || shards.failed() > 0 || shards.successful() < shards.total()) {
            throw unavailable("answered without some of its shards: " + shards, null);
        }
        Hits hits = answer.hits();
        if (hits == null || hits.total() == null || hits.hits() == null) {
            throw unavailable("answered a search without its hits", null);
        }
        return hits;
    }

    private static byte[] body(List<Search> searches) {
        StringBuilder body = new StringBuilder();
        for (Search search : searches) {
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
            body.append(header).append('\n').append(query).append('\n');
        }
        return body.toString().getBytes(StandardCharsets.UTF_8);
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
        JsonNode capabilities =
                read(get('/' + index + "/_field_caps?fields=" + name + ',' + exact), JsonNode.class)
                        .path("fields");
        Set<String> types = types(capabilities, name);
        if (types.isEmpty()) {
            throw unavailable(
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
        throw unavailable(
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

    private byte[] get(String path) throws DirectoryUnavailable {
        return send(request(path).GET());
    }

    private byte[] post(String path, byte[] body) throws DirectoryUnavailable {
        return send(
                request(path)
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return request;
    }

    private byte[] send(HttpRequest.Builder request) throws DirectoryUnavailable {
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        try {
            // The request's own timeout would end with the first byte of the answer.
            HttpResponse<byte[]> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            int status = response.statusCode();
            if (status == HttpURLConnection.HTTP_UNAUTHORIZED
                    || status == HttpURLConnection.HTTP_FORBIDDEN) {
                throw unavailable(
                        "does not let this account read (status "
                                + status
                                + "): set caravan.elasticsearch.user and"
                                + " CARAVAN_ELASTICSEARCH_PASSWORD",
                        null);
            }
            if (status != HttpURLConnection.HTTP_OK) {
                throw unavailable(
                        "answers with status "
                                + status
                                + ": "
                                + shortened(new String(response.body(), StandardCharsets.UTF_8)),
                        null);
            }
            return response.body();
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw unavailable("has not answered within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw unavailable("does not answer (" + Reason.of(e.getCause()) + ")", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for: this process stops", e);
        }
    }

    private <T> T read(byte[] body, Class<T> type) throws DirectoryUnavailable {
        try {
            return JSON.readValue(body, type);
        } catch (JsonProcessingException e) {
            throw unavailable(
                    "answers with something else than it should: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unavailable("answers with something that cannot be read", e);
        }
    }

    private DirectoryUnavailable unavailable(String what, Throwable cause) {
        return new DirectoryUnavailable("Elasticsearch at " + url + " " + what, cause);
    }

    private static String shortened(Object text) {
        String line = String.valueOf(text).replaceAll("\\s+", " ");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
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
