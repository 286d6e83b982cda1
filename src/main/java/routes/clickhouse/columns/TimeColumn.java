package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.List;

/**
 * Date, Date32, DateTime and DateTime64, from ISO 8601 text: {@code 2024-02-29}, {@code
 * 2024-02-29T10:11:12.123456Z}, with a blank for the T, or an offset as +03:00, +0300, +03.
 *
 * <p>A local time of a zone is certain if the zone has one such time that day. Before 1970 and
 * after 2037 zones other than UTC are left to ClickHouse's own tables.
 */
final class TimeColumn extends Plain {
    private static final int DATE = 10;
    private static final int DATE_TIME = 19;
    private static final int DAY = 86_400;
    private static final long NONE = Long.MIN_VALUE;
    private static final long ZONES_UNTIL = Instant.parse("2038-01-01T00:00:00Z").getEpochSecond();
    private static final int[] DAYS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private final int bytes;
    private final boolean timed;
    private final long ticks;
    private final int digits;
    private final TimeRange range;
    private final ZoneRules zone;

    // The fraction of the text that was read last, in ticks.
    private long fraction;

    // A day, and the offset that its zone has all day long, or NONE.
    private long day = NONE;
    private long offset = NONE;

    private TimeColumn(int bytes, boolean timed, int digits, TimeRange range, ZoneId zone) {
        this.bytes = bytes;
        this.timed = timed;
        this.digits = digits;
        this.ticks = (long) Math.pow(10, digits);
        this.range = range;
        this.zone = zone.getRules();
    }

    static TimeColumn date() {
        return new TimeColumn(
                2, false, 0, new TimeRange("1970-01-01", "2149-06-06"), ZoneOffset.UTC);
    }

    static TimeColumn date32() {
        return new TimeColumn(
                4, false, 0, new TimeRange("1900-01-01", "2299-12-31"), ZoneOffset.UTC);
    }

    static TimeColumn dateTime(ZoneId zone) {
        return new TimeColumn(
                4, true, 0, new TimeRange("1970-01-01T00:00:00", "2106-02-07T06:28:15"), zone);
    }

    static TimeColumn dateTime64(int digits, ZoneId zone) {
        String most = digits == 9 ? "2262-04-11T23:47:15" : "2299-12-31T23:59:59";
        return new TimeColumn(8, true, digits, new TimeRange("1900-01-01T00:00:00", most), zone);
    }

    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        if (isText(token)) {
            if (put(value.getTextCharacters(), value.getTextOffset(), value.getTextLength())) {
                return TAKEN;
            }
            return range.mayHold(value.getText()) ? UNSURE : refused(value, range.limits());
        }
        if (token == JsonToken.VALUE_NUMBER_INT
                && timed
                && value.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            // Seconds in a DateTime, ticks in a DateTime64.
            long number = value.getLongValue();
            if (number < 0 || number / ticks > range.most()) {
                return UNSURE;
            }
            data.putWhole(number, bytes);
            return TAKEN;
        }
        return timed && (token == JsonToken.VALUE_NUMBER_FLOAT || token.isBoolean())
                ? refused(value, range.limits())
                : unsure(value);
    }

    /** False if the text is none of those that are certain. */
    boolean put(char[] text, int from, int length) {
        if (length < DATE || text[from + 4] != '-' || text[from + 7] != '-') {
            return false;
        }
        int year = number(text, from, 4);
        int month = number(text, from + 5, 2);
        int dayOfMonth = number(text, from + 8, 2);
        if (year < 1900
                || month < 1
                || month > 12
                || dayOfMonth < 1
                || dayOfMonth > DAYS[month - 1]
                || month == 2 && dayOfMonth == 29 && !leap(year)) {
            return false;
        }
        long days = days(year, month, dayOfMonth);
        if (!timed) {
            if (length != DATE || days * DAY < range.least() || days * DAY > range.most()) {
                return false;
            }
            data.putWhole(days, bytes);
            return true;
        }
        fraction = 0;
        long seconds = seconds(days, text, from, length);
        if (seconds == NONE || seconds < range.least() || seconds > range.most()) {
            return false;
        }
        data.putWhole(seconds * ticks + fraction, bytes);
        return true;
    }

    private static boolean leap(int year) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    /** Since 1970-01-01, by the years' days and the months' from March on. */
    private static long days(int year, int month, int dayOfMonth) {
        int y = month > 2 ? year : year - 1;
        int sinceMarch = (month + 9) % 12;
        return 365L * y
                + y / 4
                - y / 100
                + y / 400
                + (153 * sinceMarch + 2) / 5
                + dayOfMonth
                - 719_469;
    }

    /** Since 1970 in UTC, or NONE. */
    private long seconds(long days, char[] text, int from, int length) {
        if (length == DATE) {
            return inUtc(days, 0);
        }
        if (length < DATE_TIME
                || text[from + 10] != 'T' && text[from + 10] != ' '
                || text[from + 13] != ':'
                || text[from + 16] != ':') {
            return NONE;
        }
        int hour = number(text, from + 11, 2);
        int minute = number(text, from + 14, 2);
        int second = number(text, from + 17, 2);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
            return NONE;
        }
        int time = hour * 3600 + minute * 60 + second;
        int end = from + length;
        int at = from + DATE_TIME;
        if (at < end && text[at] == '.') {
            at = fraction(text, at + 1, end);
            if (at < 0) {
                return NONE;
            }
        }
        if (at == end) {
            return inUtc(days, time);
        }
        if (text[at] == 'Z') {
            return at + 1 == end ? days * DAY + time : NONE;
        }
        int ahead = offset(text, at, end);
        return ahead == Integer.MIN_VALUE ? NONE : days * DAY + time - ahead;
    }

    /** Where the fraction ends, or -1. */
    private int fraction(char[] text, int from, int end) {
        int at = from;
        long read = 0;
        while (at < end && text[at] >= '0' && text[at] <= '9') {
            if (at - from < digits) {
                read = read * 10 + text[at] - '0';
            }
            at++;
        }
        if (at == from || at - from > 9) {
            return -1;
        }
        for (int i = at - from; i < digits; i++) {
            read *= 10;
        }
        fraction = read;
        return at;
    }

    /** Of +03:00, +0300 or +03 in seconds; MIN_VALUE if it is none of them. */
    private static int offset(char[] text, int at, int end) {
        int sign = text[at] == '+' ? 1 : text[at] == '-' ? -1 : 0;
        int left = end - at;
        boolean colon = left == 6 && text[at + 3] == ':';
        if (sign == 0 || left != 3 && left != 5 && !colon) {
            return Integer.MIN_VALUE;
        }
        int hours = number(text, at + 1, 2);
        int minutes = left == 3 ? 0 : number(text, end - 2, 2);
        return hours < 0 || hours > 14 || minutes < 0 || minutes > 59
                ? Integer.MIN_VALUE
                : sign * (hours * 3600 + minutes * 60);
    }

    private static int number(char[] text, int from, int count) {
        int number = 0;
        for (int i = from; i < from + count; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private long inUtc(long days, int time) {
        long local = days * DAY + time;
        if (days != day) {
            day = days;
            offset = offsetOfDay(days);
        }
        if (offset != NONE) {
            return local - offset;
        }
        List<ZoneOffset> offsets =
                zone.getValidOffsets(LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC));
        long seconds = offsets.size() == 1 ? local - offsets.get(0).getTotalSeconds() : NONE;
        return seconds < 0 || seconds >= ZONES_UNTIL ? NONE : seconds;
    }

    private long offsetOfDay(long days) {
        if (zone.isFixedOffset()) {
            return zone.getOffset(Instant.EPOCH).getTotalSeconds();
        }
        Instant noon = Instant.ofEpochSecond(days * DAY + DAY / 2);
        var before = zone.nextTransition(noon.minusSeconds(2 * DAY));
        boolean quiet =
                days > 2
                        && (days + 2) * DAY < ZONES_UNTIL
                        && (before == null
                                || before.getInstant().isAfter(noon.plusSeconds(2 * DAY)));
        return quiet ? zone.getOffset(noon).getTotalSeconds() : NONE;
    }

    @Override
    void putDefault() {
        data.putWhole(0, bytes);
    }
}
