package routes.archive;

/** Another process has a batch in its hands, or may have. */
final class StillAtWork extends Exception {
    private static final long serialVersionUID = 1L;

    StillAtWork(Object batch) {
        super(
                "Another process is at work on the batch "
                        + batch
                        + " in archive_batches, or was killed less than a minute ago; try again"
                        + " in a minute");
    }
}
