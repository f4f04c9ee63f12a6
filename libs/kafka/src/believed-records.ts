import type { LogRecord } from './log-record.ts';

/**
 * How many of a fetch's records count, from the first. A batch that cannot be read may have been harmed on its way to us, and
 * would be lost as a dead letter: it counts only where it comes first in a fetch that was made because of it.
 */
export function countBelieved(records: readonly LogRecord[], isFetchedAgain: boolean): number {
  for (let index = isFetchedAgain ? 1 : 0; index < records.length; index++) {
    if (records[index]?.fault?.kind === 'batch') return index;
  }
  return records.length;
}
