package routes.board;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The contrast of two colours as WCAG 2 has it, from 1 to 21. */
final class Contrast {
    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{2}");
    private static final Pattern DECIMAL = Pattern.compile("\\d+");

    private Contrast() {}

    /**
     * @param one {@code rgb(1, 2, 3)} or {@code #010203}
     */
    static double of(String one, String other) {
        double first = luminance(one) + 0.05;
        double second = luminance(other) + 0.05;
        return Math.max(first, second) / Math.min(first, second);
    }

    private static double luminance(String colour) {
        int base = colour.startsWith("#") ? 16 : 10;
        double[] light =
                (base == 16 ? HEXADECIMAL : DECIMAL)
                        .matcher(colour)
                        .results()
                        .map(MatchResult::group)
                        .mapToDouble(part -> linear(Integer.parseInt(part, base) / 255.0))
                        .toArray();
        return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
    }

    private static double linear(double part) {
        return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
    }
}
