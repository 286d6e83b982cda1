package routes.web;

/** Answers the requests to one address and to all below it. */
@FunctionalInterface
public interface Page {
    /**
     * What to answer; null where there is no such page, so that a file of that name may be.
     *
     * @throws Problem where the request is at fault, or what it asks for is unreachable; anything
     *     else that is thrown becomes an answer of status 500, and a line in the log
     */
    Answer answer(Visit visit) throws Exception;
}
