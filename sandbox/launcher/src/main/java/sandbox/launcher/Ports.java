package sandbox.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/** Ports on 127.0.0.1. */
final class Ports {
    /**
     * Below those that the system gives to clients: one that is free now is still free when its
     * service starts again. Sandboxes with ranges of their own do not meet there either.
     */
    private static final int LOWEST_FREE = Integer.getInteger("sandbox.ports.from", 20_000);

    private static final int ABOVE_FREE = Integer.getInteger("sandbox.ports.to", 32_000);
    private static final int TRIES = 1000;

    private Ports() {}

    static boolean isFree(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(loopback(), port), 1000);
            return false;
        } catch (IOException nobodyAnswers) {
            return canListen(port);
        }
    }

    private static boolean canListen(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // As the servers do: connections that are not quite over do not count.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(loopback(), port));
            return true;
        } catch (BindException taken) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param wanted says whether a port may be given
     */
    static int anyFree(IntPredicate wanted) throws UserError {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_FREE, ABOVE_FREE);
            if (wanted.test(port) && isFree(port)) {
                return port;
            }
        }
        throw new UserError(
                "No free port between " + LOWEST_FREE + " and " + ABOVE_FREE + " on 127.0.0.1");
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
