package routes.kafka;

import org.apache.camel.spi.Metadata;

/** Headers of the messages that {@code ranges:} hands out. */
final class RangesConstants {
    @Metadata(
            label = "consumer",
            description = "What names the range and no other, for ever: an idempotency key",
            javaType = "String")
    public static final String TOKEN = "CamelRangesToken";

    private RangesConstants() {}
}
