package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** IPv4 and IPv6; of IPv6 those that are written in groups alone. */
final class AddressColumn extends Plain {
    private static final int GROUPS = 8;

    private final boolean six;

    AddressColumn(boolean six) {
        this.six = six;
    }

    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        String limits = six ? "an IPv6 address" : "an IPv4 address";
        if (!isText(token)) {
            return token.isNumeric() ? refused(value, limits) : unsure(value);
        }
        char[] text = value.getTextCharacters();
        int from = value.getTextOffset();
        int end = from + value.getTextLength();
        if (from == end || !six && Character.isLetter(text[from])) {
            return refused(value, limits);
        }
        return (six ? six(text, from, end) : four(text, from, end)) ? TAKEN : UNSURE;
    }

    private boolean four(char[] text, int from, int end) {
        int address = 0;
        int part = -1;
        int parts = 0;
        for (int i = from; i <= end; i++) {
            if (i == end || text[i] == '.') {
                if (part < 0 || part > 255) {
                    return false;
                }
                address = address << 8 | part;
                parts++;
                part = -1;
            } else if (text[i] < '0' || text[i] > '9' || part == 0 || part > 255) {
                return false;
            } else {
                part = Math.max(part, 0) * 10 + text[i] - '0';
            }
        }
        if (parts != 4) {
            return false;
        }
        data.putInt(address);
        return true;
    }

    private boolean six(char[] text, int from, int end) {
        int[] groups = new int[GROUPS];
        int count = 0;
        int gap = -1;
        int i = from;
        if (end - from >= 2 && text[from] == ':' && text[from + 1] == ':') {
            gap = 0;
            i = from + 2;
        }
        while (i < end) {
            int start = i;
            int group = 0;
            while (i < end
                    && i - start < 4
                    && text[i] < 0x80
                    && Character.digit(text[i], 16) >= 0) {
                group = group << 4 | Character.digit(text[i++], 16);
            }
            if (i == start || count == GROUPS) {
                return false;
            }
            groups[count++] = group;
            if (i == end) {
                break;
            }
            if (text[i++] != ':' || i == end) {
                return false;
            }
            if (text[i] == ':') {
                if (gap >= 0) {
                    return false;
                }
                gap = count;
                i++;
            }
        }
        if (gap < 0 ? count != GROUPS : count > GROUPS - 2) {
            return false;
        }
        for (int g = 0; g < GROUPS; g++) {
            int behindGap = gap < 0 || g < gap ? g : g - (GROUPS - count);
            int group = gap >= 0 && g >= gap && behindGap < gap ? 0 : groups[behindGap];
            data.putByte(group >> 8);
            data.putByte(group);
        }
        return true;
    }

    @Override
    void putDefault() {
        data.putZeros(six ? 16 : 4);
    }
}
