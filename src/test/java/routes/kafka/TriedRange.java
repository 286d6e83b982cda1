package routes.kafka;

/** A range that was handed out before, for tests of what is done with one. */
public final class TriedRange {
    private TriedRange() {}

    public static AnnouncedRange of(AnnouncedRange range) {
        range.markTried();
        return range;
    }
}
