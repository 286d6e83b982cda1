package routes.web;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.HostPort;

/**
 * A request as its sender made it, where a proxy that we trust has passed it on. Jetty's own
 * customizer believes everybody, and the first address of X-Forwarded-For, which a sender can make
 * up; a proxy writes the last.
 */
final class Forwarded extends Request.Wrapper {
    /** What one customer of a provider has of IPv6 addresses: all that begin with these bytes. */
    private static final int NETWORK_BYTES = 8;

    private final String sender;
    private final boolean secure;

    Forwarded(Request request, Set<InetAddress> proxies) {
        super(request);
        InetAddress other =
                ((InetSocketAddress) request.getConnectionMetaData().getRemoteSocketAddress())
                        .getAddress();
        boolean trusted = proxies.contains(other);
        List<String> path = request.getHeaders().getCSV(HttpHeader.X_FORWARDED_FOR, false);
        sender = trusted && !path.isEmpty() ? sender(path.get(path.size() - 1)) : network(other);
        secure =
                trusted
                        && "https"
                                .equalsIgnoreCase(
                                        request.getHeaders().get(HttpHeader.X_FORWARDED_PROTO));
    }

    /** What a proxy has written: an address, perhaps with a port; another text stays as it is. */
    private static String sender(String written) {
        try {
            String host = new HostPort(written).getHost();
            // In brackets it is never looked up as a name.
            return host.startsWith("[") ? network(InetAddress.getByName(host)) : host;
        } catch (IllegalArgumentException | UnknownHostException e) {
            return written;
        }
    }

    private static String network(InetAddress address) {
        return address instanceof Inet6Address
                ? Arrays.toString(Arrays.copyOf(address.getAddress(), NETWORK_BYTES))
                : address.getHostAddress();
    }

    @Override
    public ConnectionMetaData getConnectionMetaData() {
        return new ConnectionMetaData.Wrapper(super.getConnectionMetaData()) {
            @Override
            public boolean isSecure() {
                return secure || super.isSecure();
            }
        };
    }

    /** Who has sent it, as far as we can tell: an address, or what several of them begin with. */
    static String sender(Request request) {
        return Request.as(request, Forwarded.class).sender;
    }
}
