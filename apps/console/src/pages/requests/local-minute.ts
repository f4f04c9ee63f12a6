const MINUTE_MS = 60_000;

/** As `<input type="datetime-local">` writes it: `2026-03-02T14:02`, in the zone of this device. */
export function localMinuteOf(atMs: number): string {
  const date = new Date(atMs);
  const digits = (value: number, length = 2): string => String(value).padStart(length, '0');
  const day = `${digits(date.getFullYear(), 4)}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
  return `${day}T${digits(date.getHours())}:${digits(date.getMinutes())}`;
}

/** The first millisecond of the minute, or with `isEnd` its last; undefined while it is not whole. */
export function unixMsOf(localMinute: string, isEnd: boolean): number | undefined {
  const startMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(localMinute) ? new Date(localMinute).getTime() : Number.NaN;
  if (Number.isNaN(startMs) || startMs < 0) return undefined;
  return isEnd ? startMs + MINUTE_MS - 1 : startMs;
}
