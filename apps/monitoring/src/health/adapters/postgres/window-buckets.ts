import type { Last24Hours } from '@signalbox/domain';
import { cheapestCover } from '../../window-cover.ts';

export interface WindowBuckets {
  /** Whose tables of hours and minutes. */
  readonly of: 'webhook' | 'tenant';
  /** Which rows; on both tables. */
  readonly where: string;
  /** Columns beside the counts. */
  readonly keys?: readonly string[];
  readonly counts: readonly string[];
  /** The number of the first of five parameters, those of {@link windowParameters}. */
  readonly first: number;
}

/**
 * Rows of counts that add up to a window: whole hours (with their `start_at`), and at its begin the minutes of the part of an
 * hour: those of it are added, or those that are not of it are taken away from their hour, whatever is fewer. The current hour
 * is in the table of hours too, because every batch changes minutes and hours together.
 */
export function windowBuckets({ of, where, keys = [], counts, first }: WindowBuckets): string {
  const [from, hoursFrom, until, addedFrom, takenFrom] = [0, 1, 2, 3, 4].map((index) => `$${first + index}`);
  const negated = counts.map((name) => `-${name}`);
  const select = (table: string, columns: readonly string[], since?: string, before?: string): string =>
    `SELECT ${columns.join(', ')} FROM ${table} WHERE ${where} AND start_at >= ${since} AND start_at < ${before}`;
  const ofNoHour = 'NULL::timestamptz AS start_at';
  return `(
    ${select(`${of}_hour`, [...keys, 'start_at', ...counts], hoursFrom, until)}
    UNION ALL ${select(`${of}_minute`, [...keys, ofNoHour, ...counts], addedFrom, hoursFrom)}
    UNION ALL ${select(`${of}_minute`, [...keys, ofNoHour, ...negated], takenFrom, from)}
  ) AS buckets`;
}

export function windowParameters(window: Last24Hours): readonly Date[] {
  const { hoursFromMs, addedFromMs, takenFromMs } = cheapestCover(window);
  return [window.fromMs, hoursFromMs, window.untilMs, addedFromMs, takenFromMs].map((ms) => new Date(ms));
}
