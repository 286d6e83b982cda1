package routes.sink;

/** What becomes of a record whose key is in the table with another content. */
enum ChangedContent {
    /** It goes to the dead-letter topic. */
    DEAD_LETTER,
    /** It is a row like others; its key is in the table more than once. */
    INSERT,
    /** It is left out, as a repetition is. */
    LEAVE_OUT
}
