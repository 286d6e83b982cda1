package routes.marts;

/**
 * What came of one check of a model.
 *
 * @param model with its database
 * @param check what must hold, by name
 * @param failures how often it does not; null counts as a failure too
 */
public record CheckResult(String model, String check, Long failures) {
    static CheckResult of(String model, String check, Object failures) {
        return new CheckResult(
                model, check, failures == null ? null : ((Number) failures).longValue());
    }

    /** True if nothing breaks the rule. */
    public boolean holds() {
        return failures != null && failures == 0;
    }
}
