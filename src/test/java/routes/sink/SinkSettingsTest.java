package routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SinkSettingsTest {
    private static final int MB = 1 << 20;

    @Test
    void bytesAreNotSet_batchesOfAllSinksTakeAQuarterOfTheHeap() {
        assertThat(SinkSettings.bytes(256L * MB, 1)).isEqualTo(16 * MB);
        assertThat(SinkSettings.bytes(256L * MB, 4)).isEqualTo(4 * MB);
        assertThat(SinkSettings.bytes(1024L * MB, 2)).isEqualTo(32 * MB);
    }

    @Test
    void bytesAreNotSet_noBatchIsTinyOrHuge() {
        assertThat(SinkSettings.bytes(256L * MB, 1_000)).isEqualTo(MB);
        assertThat(SinkSettings.bytes(64L * 1024 * MB, 1)).isEqualTo(32 * MB);
        assertThat(SinkSettings.bytes(256L * MB, 0)).isEqualTo(16 * MB);
    }
}
