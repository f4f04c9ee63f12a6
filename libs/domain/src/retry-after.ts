const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;
/** The three forms of an HTTP date (RFC 9110, section 5.6.7). All of them are in UTC, and a recipient must take each. */
const DATES = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(String.raw`^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(String.raw`^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(String.raw`^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
];
/** What else servers send that is clear. Without a zone it would be taken for the time of this machine's. */
const WITH_ZONE = /^[A-Z][a-z]{2},? .+ (?:GMT|UTC|[+-]\d{4})$/;

/**
 * Milliseconds asked for by a `Retry-After` header (RFC 9110, section 10.2.3: seconds or an HTTP date), undefined where
 * it says neither; a date in the past is 0. Seconds may be of any length, and so is what comes of them: bound it.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const atMs = parseHttpDate(text, nowMs);
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

function parseHttpDate(text: string, nowMs: number): number | undefined {
  for (const form of DATES) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined) return timeOf(parts, nowMs);
  }
  const atMs = WITH_ZONE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

function timeOf(parts: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const numberOf = (name: string): number => Number(parts[name]);
  const month = MONTHS.indexOf(parts['month'] ?? '');
  const [day, hour, minute, second] = [numberOf('day'), numberOf('hour'), numberOf('minute'), numberOf('second')];
  const isTime = hour < 24 && minute < 60 && second <= 60;
  const year = parts['year']?.length === 2 ? fullYear(numberOf('year'), nowMs) : numberOf('year');
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month, day);
  // A day that its month does not have would be one of the next month.
  if (month < 0 || midnight.getUTCDate() !== day || !isTime) return undefined;
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000;
}

/** The latest year with these last digits that is not more than 50 years ahead, as the RFC says. */
function fullYear(lastDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + 100 + lastDigits;
  return year - Math.ceil((year - thisYear - 50) / 100) * 100;
}
