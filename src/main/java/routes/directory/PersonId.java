package routes.directory;

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

    // A record's own two are method handles, which cost much until the JVM has compiled them.

    @Override
    public boolean equals(Object other) {
        return other instanceof PersonId that && kind == that.kind && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + kind.ordinal();
    }
}
