package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import routes.settings.Settings;

/** The currency that the board writes amounts in. */
class CurrencyTest {
    private static String currency(Settings settings) {
        return BoardSettings.read(settings).currency();
    }

    @Test
    void threeLetters_areACurrency_othersAreNamed() {
        assertThat(currency(Settings.load(Map.of()))).isEqualTo("EUR");
        assertThat(currency(Settings.load(Map.of("CARAVAN_BOARD_CURRENCY", "RUB"))))
                .isEqualTo("RUB");
        Settings wrong = Settings.load(Map.of("CARAVAN_BOARD_CURRENCY", "euros"));
        assertThatThrownBy(() -> currency(wrong))
                .hasMessageContaining("caravan.board.currency")
                .hasMessageContaining("euros")
                .hasMessageContaining("three letters, such as EUR");
    }
}
