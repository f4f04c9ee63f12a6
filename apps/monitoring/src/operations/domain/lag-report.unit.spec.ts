import { describe, expect, it } from '@jest/globals';
import { LogHistory } from './log-history.ts';
import type { RolePosition } from './lag-report.ts';
import { LagMeter } from './lag-report.ts';
import { lagView } from './lag-view.ts';

const at = (change: Partial<RolePosition>): RolePosition => ({
  role: 'sender',
  group: 'g',
  topic: 'deliveries',
  partition: 0,
  committed: 0,
  logStart: 0,
  logEnd: 0,
  waitMs: 0,
  ...change,
});

/** Measures the positions one after the other, five seconds apart, and answers the last. */
function measured(...positions: Partial<RolePosition>[]) {
  const meter = new LagMeter();
  return positions.map((position, index) => meter.measure([at(position)], index * 5_000)).at(-1)!.partitions[0]!;
}

describe('the lag of a consumer', () => {
  it('is nothing where all is done', () => {
    expect(measured({ committed: 7, logEnd: 7 })).toMatchObject({ lagRecords: 0, lagMs: 0, stalledMs: 0 });
  });

  it('is the age of the oldest record not done, and it stalls while it does not move', () => {
    const lag = measured(
      { committed: 5, logEnd: 5 },
      { committed: 5, logEnd: 9 },
      { committed: 5, logEnd: 12 },
      { committed: 5, logEnd: 20 },
    );
    expect(lag).toMatchObject({ lagRecords: 15, lagMs: 10_000, stalledMs: 10_000 });
  });

  it('does not stall while it moves, however far behind', () => {
    const lag = measured({ committed: 0, logEnd: 100 }, { committed: 1, logEnd: 100 }, { committed: 2, logEnd: 100 });
    expect(lag).toMatchObject({ lagRecords: 98, lagMs: 10_000, stalledMs: 0 });
  });

  it('grows younger as old records are done', () => {
    const lag = measured({ committed: 0, logEnd: 10 }, { committed: 0, logEnd: 20 }, { committed: 15, logEnd: 20 });
    expect(lag).toMatchObject({ lagRecords: 5, lagMs: 5_000 });
  });

  it('begins above what a retry tier waits by design', () => {
    const waits = { waitMs: 8_000, committed: 0, logEnd: 1 };
    expect(measured(waits, waits)).toMatchObject({ lagRecords: 1, lagMs: 0, stalledMs: 0 });
    expect(measured(waits, waits, waits)).toMatchObject({ lagMs: 2_000, stalledMs: 2_000 });
  });

  it('counts from the log’s start where nothing is committed, or retention took what is', () => {
    expect(measured({ committed: null, logStart: 3, logEnd: 10 })).toMatchObject({ lagRecords: 7 });
    expect(measured({ committed: 1, logStart: 3, logEnd: 10 })).toMatchObject({ lagRecords: 7 });
  });

  it('is summed for each role with its worst partition', () => {
    const meter = new LagMeter();
    const positions = [at({ logEnd: 4 }), at({ partition: 1, committed: 2, logEnd: 4 }), at({ role: 'projector' })];
    meter.measure(positions, 0);
    expect(lagView(meter.measure(positions, 5_000))).toMatchObject({
      at: 5_000,
      projectionDelaySeconds: 0,
      roles: [
        { role: 'sender', lagRecords: 6, lagSeconds: 5, stalledSeconds: 5 },
        { role: 'projector', lagRecords: 0 },
      ],
    });
  });
});

describe('the history of a log', () => {
  it('stays small, and remembers its beginning', () => {
    const history = new LogHistory();
    for (let index = 0; index < 100_000; index++) history.note(index * 1_000, index + 1);
    expect(history.ageMs(0, 100_000_000)).toBe(100_000_000);
    expect(history.ageMs(99_999, 100_000_000)).toBe(1_000);
    expect(history.ageMs(100_000, 100_000_000)).toBe(0);
    // Of what was thinned an age is too small, never too large: nobody is woken for nothing.
    expect(history.ageMs(50_000, 100_000_000)).toBeLessThanOrEqual(50_000_000);
  });

  it('begins anew with a topic that was made anew', () => {
    const history = new LogHistory();
    history.note(0, 100);
    history.note(5_000, 1);
    expect(history.ageMs(0, 6_000)).toBe(1_000);
  });
});
