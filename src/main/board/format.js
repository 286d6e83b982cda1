// How values are written. A column's name says what it holds: an amount of money, a share, a percentage or a number.

const AMOUNT = /^(revenue|arpu|arppu|ltv)(_|$)/;
const SHARE = /(^|_)(share|conversion)$|_per_(wau|mau)$/;
const PERCENT = /_percent$/;

/** Whether a column has names made of digits: nobody adds them up, or writes their thousands apart. */
export const isId = (column) => /(^|_)id$/.test(column);

/** The sign of a number that is rounded to nothing. */
const ZERO = /^-(?=[^1-9]*$)/;

let currency = "EUR";

/** The currency of all amounts, as three letters; of caravan.board.currency. */
export function pay(code) {
  currency = code;
}

const written = (value, options) => new Intl.NumberFormat("en", options).format(value).replace(ZERO, "");

/** A number with so many digits, and zero without a sign. */
export function fixed(value, digits) {
  return value.toFixed(digits).replace(ZERO, "");
}

/** A value for reading: thousands apart, a dash for null. */
export function shown(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return written(value, { maximumFractionDigits: 4 });
  return String(value);
}

/** How many of something: 1 row, 2 rows. noun is for one of them. */
export function amountOf(number, noun) {
  return `${shown(number)} ${number === 1 ? noun : `${noun}s`}`;
}

/** A share as a percentage. */
export function percent(value, digits = 1) {
  return value === null || value === undefined ? "–" : `${fixed(value * 100, digits)} %`;
}

/** An amount of money, in the currency that is set. */
export function amount(value) {
  return value === null || value === undefined ? "–" : written(value, { style: "currency", currency });
}

/** As formatted(), but as short as an axis wants it. */
export function short(value, column) {
  if (AMOUNT.test(column)) {
    return written(value, { style: "currency", currency, notation: "compact", maximumFractionDigits: 2, minimumFractionDigits: 0 });
  }
  if (SHARE.test(column)) return `${written(value * 100, { maximumFractionDigits: 1 })} %`;
  if (PERCENT.test(column)) return `${written(value, { maximumFractionDigits: 1 })} %`;
  return written(value, { notation: "compact", maximumFractionDigits: 2 });
}

/** A value as its column's name wants it. */
export function formatted(value, column) {
  if (typeof value !== "number") return shown(value);
  if (isId(column)) return String(value);
  if (AMOUNT.test(column)) return amount(value);
  if (SHARE.test(column)) return percent(value);
  return PERCENT.test(column) ? `${fixed(value, 1)} %` : shown(value);
}

/** A column's name for reading. */
export function words(column) {
  return column.replaceAll("_", " ").replace(/\b(dau|wau|mau|arpu|arppu|ltv)\b/g, (letters) => letters.toUpperCase());
}

/** How long ago a time was, in a few letters. */
export function ago(time) {
  return `${duration((Date.now() - Date.parse(time)) / 1000)} ago`;
}

export function duration(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
