import { describe, expect, it } from '@jest/globals';
import { countBelieved } from './believed-records.ts';
import type { LogRecord } from './log-record.ts';
import { RecordFault } from './log-record.ts';

const record = (kind?: RecordFault['kind']): LogRecord => {
  const nothing = { topic: 't', partition: 0, offset: 0, timestampMs: 0, key: null, value: null, headers: {} };
  return kind === undefined ? nothing : { ...nothing, fault: new RecordFault(kind, '') };
};
const GOOD = record();
const HEADERS = record('headers');
const BATCH = record('batch');

describe('of the records of a fetch', () => {
  it.each([
    ['all count where every batch could be read', [GOOD, HEADERS, GOOD], false, 3],
    ['none behind a batch that could not', [GOOD, GOOD, BATCH, GOOD], false, 2],
    ['none where it comes first', [BATCH, GOOD], false, 0],
    ['the first batch counts as it is when it was fetched again', [BATCH, GOOD], true, 2],
    ['and no other one', [BATCH, GOOD, BATCH], true, 2],
    ['all when it came well the second time', [GOOD, GOOD], true, 2],
  ])('%s', (_title, records, isFetchedAgain, count) => {
    expect(countBelieved(records, isFetchedAgain)).toBe(count);
  });
});
