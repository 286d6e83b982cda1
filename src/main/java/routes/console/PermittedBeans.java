package routes.console;

import java.util.Set;
import javax.management.ObjectName;
import org.jolokia.server.core.restrictor.AllowAllRestrictor;

/**
 * What the console may do with management beans: everything but to load code into this process, or
 * to have it write its memory, and with it every password, to a file (a heap dump, a recording).
 */
final class PermittedBeans extends AllowAllRestrictor {
    private static final Set<String> CLOSED =
            Set.of(
                    "com.sun.management",
                    "jdk.management.jfr",
                    "JMImplementation",
                    "ch.qos.logback.classic");

    @Override
    public boolean isOperationAllowed(ObjectName bean, String operation) {
        return !CLOSED.contains(bean.getDomain());
    }

    @Override
    public boolean isAttributeWriteAllowed(ObjectName bean, String attribute) {
        return !CLOSED.contains(bean.getDomain());
    }
}
