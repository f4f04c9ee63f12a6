import { expect, it } from '@jest/globals';
import { cheapestCover } from './window-cover.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

it.each(Array.from({ length: 60 }, (_, minute) => minute))(
  'a window that begins at minute %d counts each of its minutes once and no other',
  (minute) => {
    const fromMs = 1_000 * HOUR_MS + minute * MINUTE_MS;
    const wholeHoursFromMs = Math.ceil(fromMs / HOUR_MS) * HOUR_MS;
    const { hoursFromMs, addedFromMs, takenFromMs } = cheapestCover({ fromMs, wholeHoursFromMs });
    const counted = (atMs: number): number =>
      Number(atMs >= hoursFromMs) +
      Number(atMs >= addedFromMs && atMs < hoursFromMs) -
      Number(atMs >= takenFromMs && atMs < fromMs);
    let read = 0;
    for (let atMs = 999 * HOUR_MS; atMs < 1_003 * HOUR_MS; atMs += MINUTE_MS) {
      expect(counted(atMs)).toBe(atMs >= fromMs ? 1 : 0);
      if ((atMs >= addedFromMs && atMs < hoursFromMs) || (atMs >= takenFromMs && atMs < fromMs)) read++;
    }
    expect(read).toBeLessThanOrEqual(30);
  },
);
