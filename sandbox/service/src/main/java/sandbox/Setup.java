package sandbox;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What a service is told when it starts.
 *
 * @param name its name in the launcher's list, for messages
 * @param data directory that is its own; exists, and holds what an earlier run left
 * @param port TCP port on 127.0.0.1 that it has to listen on
 * @param cache directory, shared by all projects of this user, for what is fetched or unpacked
 *     once; exists
 * @param log file for the output of other processes that the service starts, to be appended to; the
 *     service's own standard output and error end there anyway
 * @param progress takes a short line for the person who waits, such as how much of a download has
 *     arrived
 */
public record Setup(
        String name, Path data, int port, Path cache, Path log, Consumer<String> progress) {}
