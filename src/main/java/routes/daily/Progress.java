package routes.daily;

/** Is told how far the reading of a file has come; about every tenth of a second. */
@FunctionalInterface
public interface Progress {
    /**
     * @param lines read so far
     * @param bytes of the object read so far, as it is stored
     * @param size of the object in bytes
     */
    void at(long lines, long bytes, long size);
}
