package routes.pipeline;

/** How many of something, as a sentence says it: 1 row, 2 rows. */
public final class Amount {
    private Amount() {}

    /**
     * The number and its noun.
     *
     * @param noun for one of them, such as {@code dead letter}
     */
    public static String of(long number, String noun) {
        return number + " " + noun(number, noun);
    }

    /** The noun alone, where the number is written in another way. */
    public static String noun(long number, String noun) {
        return number == 1 ? noun : noun + "s";
    }
}
