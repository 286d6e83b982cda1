package routes.runtime;

import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.Reason;

/** One line for what a route could not handle itself; the stack trace at debug level. */
final class QuietExceptionHandler implements ExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(QuietExceptionHandler.class);

    @Override
    public void handleException(Throwable failure) {
        handleException(null, null, failure);
    }

    @Override
    public void handleException(String message, Throwable failure) {
        handleException(message, null, failure);
    }

    @Override
    public void handleException(String message, Exchange exchange, Throwable failure) {
        LOG.warn(
                "route={} event=poll-failed do=\"nothing: it is tried again\" reason=\"{}\"",
                exchange == null ? "?" : exchange.getFromRouteId(),
                Reason.of(failure));
        LOG.debug("{}", message, failure);
    }
}
