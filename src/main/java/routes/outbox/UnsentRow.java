package routes.outbox;

/**
 * A row that is locked and not yet sent.
 *
 * @param place its ctid, good for as long as the row is locked
 * @param key its primary key as text, UTF-8
 * @param value its columns but the flag, as a JSON object, UTF-8
 * @param committed when it was committed, ISO 8601 in UTC with microseconds; null where Postgres
 *     does not keep it
 */
record UnsentRow(String place, byte[] key, byte[] value, String committed) {}
