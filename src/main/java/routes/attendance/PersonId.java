package routes.attendance;

/**
 * How a click names a person.
 *
 * @param id in the directory: of a student, PERSONAL.BITRIX_USER_ID; of an employee,
 *     PERSONAL.ID_DECANAT
 */
public record PersonId(Kind kind, String id) {
    /** Whom a click can name. */
    public enum Kind {
        STUDENT,
        EMPLOYEE
    }
}
