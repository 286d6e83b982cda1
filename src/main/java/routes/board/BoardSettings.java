package routes.board;

import java.util.Currency;
import routes.settings.Settings;
import routes.settings.SettingsException;

/**
 * What the settings say of the board.
 *
 * @param limits when standing still is worth a look, and when it is a fault
 * @param pauses where a pause holds: auto, all or here
 * @param safeCsv true if no spreadsheet is to run a text of a CSV file
 * @param openNames true if people's names are shown without a login
 * @param currency of amounts, by its three letters
 */
public record BoardSettings(
        Standing.Limits limits,
        String pauses,
        boolean safeCsv,
        boolean openNames,
        String currency) {
    static final String PAUSES = "caravan.board.pauses";

    /**
     * Reads all of them.
     *
     * @throws SettingsException when one is invalid
     */
    public static BoardSettings read(Settings settings) {
        return new BoardSettings(
                new Standing.Limits(
                        settings.duration("caravan.board.warn-after"),
                        settings.duration("caravan.board.bad-after")),
                settings.choice(PAUSES, "auto", "all", "here"),
                settings.choice("caravan.board.csv", "safe", "plain").equals("safe"),
                settings.choice("caravan.board.names", "login", "open").equals("open"),
                currency(settings));
    }

    private static String currency(Settings settings) {
        String key = "caravan.board.currency";
        String code = settings.text(key);
        try {
            return Currency.getInstance(code).getCurrencyCode();
        } catch (IllegalArgumentException e) {
            throw settings.wrong(key, code, "a currency by its three letters, such as EUR");
        }
    }
}
