package routes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TroubleTest {
    @Test
    void refusals_areToldApartByTheirCodes() {
        Map.of("28P01", "password", "28000", "password", "42501", "right", "3D000", "database")
                .forEach(
                        (state, word) ->
                                assertThat(
                                                Trouble.needsPerson(
                                                        new IllegalStateException(
                                                                new SQLException("x", state))))
                                        .get()
                                        .asString()
                                        .contains(word));
        assertThat(Trouble.needsPerson(new SQLException("x", "22000", 516))).isPresent();
        assertThat(Trouble.needsPerson(new SQLException("x", "22000", 202))).isEmpty();
        assertThat(Trouble.needsPerson(new SQLException("x", "08006"))).isEmpty();
        assertThat(Trouble.needsPerson(new SQLException("password", (String) null))).isEmpty();
        assertThat(Trouble.needsPerson(new ConnectException("28P01"))).isEmpty();
    }
}
