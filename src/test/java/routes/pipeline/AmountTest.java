package routes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AmountTest {
    @Test
    void oneIsSingular_anyOtherNumberIsPlural() {
        assertThat(Amount.of(1, "dead letter")).isEqualTo("1 dead letter");
        assertThat(Amount.of(0, "dead letter")).isEqualTo("0 dead letters");
        assertThat(Amount.of(21, "row")).isEqualTo("21 rows");
        assertThat(Amount.noun(1, "row")).isEqualTo("row");
    }
}
