package routes.directory;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** A document of the university's directory. */
final class PersonDocument {
    /** What is read of it. */
    static final List<String> FIELDS =
            List.of(
                    """
                    PERSONAL.fullname PERSONAL.lastname PERSONAL.name PERSONAL.surname PERSONAL.type
                    PERSONAL.WORK_POSITION PERSONAL.BITRIX_USER_ID PERSONAL.ID_DECANAT
                    PERSONAL.birthdate PERSONAL.sex EDUCATION.department.short_title
                    EDUCATION.specialization.title EDUCATION.edu_year EDUCATION.edu_qualification
                    EDUCATION.edu_course WORK.job_title WORK.department.FACULTY_NAME_DECANAT
                    WORK.department.title\
                    """
                            .split("\\s"));

    private PersonDocument() {}

    /** Of several studies the one that began last, of several places of work the first. */
    static Person person(JsonNode source) {
        JsonNode personal = source.path("PERSONAL");
        JsonNode education = latest(source.path("EDUCATION"));
        JsonNode work = source.path("WORK").isArray() ? source.at("/WORK/0") : source.path("WORK");
        String position = text(personal, "/WORK_POSITION");
        return new Person(
                text(personal, "/fullname"),
                text(personal, "/lastname"),
                text(personal, "/name"),
                text(personal, "/surname"),
                Person.birthdate(text(personal, "/birthdate")),
                text(personal, "/sex"),
                text(education, "/edu_year"),
                text(education, "/edu_qualification"),
                text(education, "/edu_course"),
                text(education, "/department/short_title"),
                text(education, "/specialization/title"),
                position == null ? text(work, "/job_title") : position,
                text(work, "/department/FACULTY_NAME_DECANAT"),
                text(work, "/department/title"));
    }

    private static JsonNode latest(JsonNode studies) {
        JsonNode latest = studies.path(0);
        for (JsonNode study : studies) {
            if (study.path("edu_year").asText().compareTo(latest.path("edu_year").asText()) > 0) {
                latest = study;
            }
        }
        return studies.isArray() ? latest : studies;
    }

    private static String text(JsonNode object, String path) {
        JsonNode value = object.at(path);
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }
}
