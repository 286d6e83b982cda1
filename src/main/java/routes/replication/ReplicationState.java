package routes.replication;

/**
 * How the replication stood when it was last looked at.
 *
 * @param slot whether the publisher has the subscription's slot
 * @param active whether the subscriber is connected to it
 * @param lost whether the publisher has thrown away what the slot still needed
 * @param held bytes of its log that the publisher keeps for the slot
 * @param lagBytes bytes of its log that the subscriber has not confirmed
 * @param lagSeconds how long at most the oldest of these has been written, to some seconds
 */
record ReplicationState(
        boolean slot, boolean active, boolean lost, long held, long lagBytes, double lagSeconds) {
    static final ReplicationState UNKNOWN = new ReplicationState(true, true, false, 0, 0, 0);
    static final ReplicationState NO_SLOT = new ReplicationState(false, false, false, 0, 0, 0);
}
