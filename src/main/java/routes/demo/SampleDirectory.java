package routes.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import routes.settings.BasicAuthentication;

/**
 * A made-up university's people, the same for the same seed: students and employees, as documents
 * of the directory in Elasticsearch.
 *
 * @param students numbered from 0; {@link #GROUP} in a row are a group
 * @param employees numbered from 0
 */
public record SampleDirectory(int students, int employees, long seed) {
    /** How many students are a group. */
    public static final int GROUP = 25;

    private static final int AT_ONCE = 2_000;
    private static final int FIRST_STUDENT = 100_000;
    private static final int FIRST_EMPLOYEE = 5_000;
    private static final int STUDENTS_OF_A_DEPARTMENT = 400;
    private static final ObjectMapper JSON = new ObjectMapper();

    // Family names are given for a man; a woman's ends in -а.
    private static final List<String> LAST_NAMES =
            List.of(
                    "Иванов",
                    "Смирнов",
                    "Кузнецов",
                    "Попов",
                    "Соколов",
                    "Лебедев",
                    "Козлов",
                    "Новиков",
                    "Морозов",
                    "Волков",
                    "Соловьёв",
                    "Васильев",
                    "Зайцев",
                    "Павлов",
                    "Семёнов",
                    "Голубев",
                    "Виноградов",
                    "Богданов",
                    "Воробьёв",
                    "Фёдоров");
    private static final List<String> MEN =
            List.of(
                    "Александр",
                    "Дмитрий",
                    "Максим",
                    "Сергей",
                    "Андрей",
                    "Алексей",
                    "Артём",
                    "Илья",
                    "Кирилл",
                    "Михаил");
    private static final List<String> WOMEN =
            List.of(
                    "Анна",
                    "Мария",
                    "Елена",
                    "Дарья",
                    "Ольга",
                    "Наталья",
                    "Екатерина",
                    "Юлия",
                    "Ирина",
                    "Татьяна");
    // Without the ending: -ич for a man, -на for a woman.
    private static final List<String> PATRONYMICS =
            List.of(
                    "Александров",
                    "Дмитриев",
                    "Сергеев",
                    "Андреев",
                    "Алексеев",
                    "Иванов",
                    "Петров",
                    "Николаев",
                    "Владимиров",
                    "Михайлов");
    private static final List<String> POSITIONS =
            List.of("ассистент", "старший преподаватель", "доцент", "профессор");

    private record Department(
            String letters, String title, String faculty, String specialization) {}

    private static final List<Department> DEPARTMENTS =
            List.of(
                    new Department(
                            "МАТ",
                            "Кафедра высшей математики",
                            "Факультет математики",
                            "Математика"),
                    new Department(
                            "ИНФ",
                            "Кафедра информатики",
                            "Факультет информационных технологий",
                            "Программная инженерия"),
                    new Department("ФИЗ", "Кафедра общей физики", "Физический факультет", "Физика"),
                    new Department(
                            "ЭКО",
                            "Кафедра экономики",
                            "Экономический факультет",
                            "Экономика «цифровых» предприятий"),
                    new Department(
                            "ИСТ", "Кафедра истории России", "Исторический факультет", "История"));

    /** A student's PERSONAL.BITRIX_USER_ID. */
    public String studentId(int number) {
        return Integer.toString(FIRST_STUDENT + number);
    }

    /** An employee's PERSONAL.ID_DECANAT. */
    public String employeeId(int number) {
        return Integer.toString(FIRST_EMPLOYEE + number);
    }

    /** An id that no student of this directory has. */
    public String strangerId() {
        return studentId(students);
    }

    /** The title of a student's group, such as МАТ-24-07. */
    public String group(int student) {
        return "%s-%02d-%02d"
                .formatted(
                        department(student).letters(),
                        admission(student) % 100,
                        student / GROUP % 100);
    }

    private static Department department(int student) {
        return DEPARTMENTS.get(student / STUDENTS_OF_A_DEPARTMENT % DEPARTMENTS.size());
    }

    private static int admission(int student) {
        return 2021 + student / GROUP % 4;
    }

    /** A student's document. */
    public ObjectNode student(int number) {
        Random random = new Random(seed ^ number * 2_654_435_761L);
        ObjectNode document = JSON.createObjectNode();
        ObjectNode personal = person(document, random, "student", 17 + 2025 - admission(number));
        personal.put("BITRIX_USER_ID", studentId(number));
        ObjectNode study = document.putArray("EDUCATION").addObject();
        study.putObject("department").put("short_title", group(number));
        study.putObject("specialization").put("title", department(number).specialization());
        study.put("edu_year", Integer.toString(admission(number)));
        study.put("edu_qualification", random.nextInt(5) == 0 ? "магистр" : "бакалавр");
        study.put("edu_course", Integer.toString(2025 - admission(number)));
        return document;
    }

    /** An employee's document. */
    public ObjectNode employee(int number) {
        Random random = new Random(~seed ^ number * 2_654_435_761L);
        ObjectNode document = JSON.createObjectNode();
        ObjectNode personal = person(document, random, "employee", 26 + random.nextInt(45));
        Department department = DEPARTMENTS.get(number % DEPARTMENTS.size());
        String position = POSITIONS.get(random.nextInt(POSITIONS.size()));
        personal.put("WORK_POSITION", position);
        personal.put("BITRIX_USER_ID", Integer.toString(FIRST_EMPLOYEE + number));
        personal.put("ID_DECANAT", employeeId(number));
        ObjectNode work = document.putArray("WORK").addObject();
        work.put("job_title", position);
        work.putObject("department")
                .put("FACULTY_NAME_DECANAT", department.faculty())
                .put("title", department.title());
        return document;
    }

    private static ObjectNode person(ObjectNode document, Random random, String type, int age) {
        boolean woman = random.nextBoolean();
        String last = LAST_NAMES.get(random.nextInt(LAST_NAMES.size())) + (woman ? "а" : "");
        List<String> names = woman ? WOMEN : MEN;
        String first = names.get(random.nextInt(names.size()));
        String middle = PATRONYMICS.get(random.nextInt(PATRONYMICS.size())) + (woman ? "на" : "ич");
        LocalDate born = LocalDate.of(2025 - age, 1, 1).plusDays(random.nextInt(365));
        return document.putObject("PERSONAL")
                .put("fullname", last + ' ' + first + ' ' + middle)
                .put("lastname", last)
                .put("name", first)
                .put("surname", middle)
                .put("type", type)
                .put("birthdate", born + "T00:00:00Z")
                .put("sex", woman ? "Ж" : "М");
    }

    /**
     * Writes everybody into an index, which is created if it is missing; may be done again.
     *
     * @param url {@code http://host:port}
     * @param user empty where the server has no accounts
     * @throws IOException when the server is unreachable or has not taken everybody
     */
    public void fill(String url, String user, String password, String index)
            throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest.Builder create = HttpRequest.newBuilder(URI.create(url + '/' + index));
        HttpRequest.Builder bulk =
                HttpRequest.newBuilder(URI.create(url + '/' + index + "/_bulk?refresh=true"));
        if (!user.isEmpty()) {
            create.header("Authorization", BasicAuthentication.header(user, password));
            bulk.header("Authorization", BasicAuthentication.header(user, password));
        }
        HttpResponse<String> created =
                http.send(
                        create.header("Content-Type", "application/json")
                                .PUT(
                                        HttpRequest.BodyPublishers.ofString(
                                                """
                                                {"mappings": {"properties": {"PERSONAL": {"properties": {
                                                  "BITRIX_USER_ID": {"type": "keyword"},
                                                  "ID_DECANAT": {"type": "keyword"}}}}}}
                                                """))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (created.statusCode() != HttpURLConnection.HTTP_OK
                && !created.body().contains("resource_already_exists_exception")) {
            throw new IOException("The index " + index + " at " + url + ": " + created.body());
        }
        bulk.header("Content-Type", "application/x-ndjson");
        write(http, bulk, "student-", students, this::student);
        write(http, bulk, "employee-", employees, this::employee);
    }

    private static void write(
            HttpClient http,
            HttpRequest.Builder bulk,
            String prefix,
            int count,
            IntFunction<ObjectNode> document)
            throws IOException, InterruptedException {
        for (int from = 0; from < count; from += AT_ONCE) {
            StringBuilder lines = new StringBuilder();
            for (int number = from; number < Math.min(count, from + AT_ONCE); number++) {
                lines.append("{\"index\":{\"_id\":\"%s%d\"}}\n".formatted(prefix, number));
                lines.append(document.apply(number)).append('\n');
            }
            HttpResponse<String> answer =
                    http.send(
                            bulk.POST(HttpRequest.BodyPublishers.ofString(lines.toString()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            JsonNode outcome = JSON.readTree(answer.body());
            if (answer.statusCode() != HttpURLConnection.HTTP_OK
                    || outcome.path("errors").asBoolean(true)) {
                throw new IOException("Not everybody was taken: " + answer.body());
            }
        }
    }
}
