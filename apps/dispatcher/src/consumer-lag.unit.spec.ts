import { describe, expect, it } from '@jest/globals';
import type { LogHandler, LogRecord } from '@signalbox/kafka';
import { Registry } from '@signalbox/observability';
import { ConsumerLag, lagGauges } from './consumer-lag.ts';
import { samplesOf } from './testing/metric-samples.ts';

const of = { topic: 't', partition: 0 };
const record = (offset: number, timestampMs: number): LogRecord => ({
  ...of,
  offset,
  timestampMs,
  key: null,
  value: null,
  headers: {},
});

describe('the lag of a consumer', () => {
  it('is what lies between the position and the end of the log, in records and in seconds', async () => {
    const batches: number[] = [];
    const handler: LogHandler = {
      onJoin: () => {},
      locate: (assigned) => Promise.resolve(assigned.map(({ logStart }) => ({ ...of, offset: logStart }))),
      onBatch: ({ records }) => batches.push(records.length),
      onAdvance: () => {},
    };
    const lag = new ConsumerLag();
    const watched = lag.watch(handler);
    watched.onJoin({ assigned: [of], lost: [], isContinuous: true });
    const assigned = { ...of, committedOffset: 0, committedMetadata: '', logStart: 0, logEnd: 10 };
    await watched.locate([assigned], new AbortController().signal);
    expect(lag.records).toBe(10);
    watched.onBatch({ ...of, position: 0, records: [record(0, 4_000)], nextPosition: 1, logEnd: 20 });
    expect([lag.records, lag.seconds(10_000), batches]).toEqual([19, 6, [1]]);
    watched.onAdvance({ ...of, offset: 20 });
    expect([lag.records, lag.seconds(10_000)]).toEqual([0, 0]);
    watched.onJoin({ assigned: [], lost: [of], isContinuous: true });
    expect(lag.records).toBe(0);
  });

  it('grows while the partition is paused, once the ends were asked for', async () => {
    const clock = { nowMs: 0 };
    const lag = new ConsumerLag(() => clock.nowMs);
    const locate = lag.watch({
      onJoin: () => {},
      locate: () => Promise.resolve([{ ...of, offset: 10 }]),
      onBatch: () => {},
      onAdvance: () => {},
    }).locate;
    const assigned = { ...of, committedOffset: 10, committedMetadata: '', logStart: 0, logEnd: 10 };
    await locate([assigned], new AbortController().signal);
    let asked = 0;
    const consumer = {
      logEnds: () => {
        asked++;
        return Promise.resolve([
          { ...of, offset: 30 },
          { ...of, partition: 7, offset: 9 },
        ]);
      },
    };
    await lag.refresh(consumer);
    expect([asked, lag.records]).toEqual([0, 0]);
    clock.nowMs = 5_001;
    await Promise.all([lag.refresh(consumer), lag.refresh(consumer)]);
    expect([asked, lag.records]).toEqual([1, 20]);
    clock.nowMs = 10_000;
    await lag.refresh({ logEnds: () => Promise.reject(new Error('asked too soon')) });
    clock.nowMs = 20_000;
    await lag.refresh({ logEnds: () => Promise.reject(new Error('nobody answers')) });
    expect(lag.records).toBe(20);
    await lag.refresh(consumer);
    expect(asked).toBe(2);
  });
});

describe('the gauges of a lag', () => {
  it.each(['router', 'sender'])('show what is known of the lag of the %s, and no other', async (role) => {
    const clock = { nowMs: 0 };
    const lag = new ConsumerLag(() => clock.nowMs);
    const { locate, onBatch } = lag.watch({
      onJoin: () => {},
      locate: () => Promise.resolve([{ ...of, offset: 3 }]),
      onBatch: () => {},
      onAdvance: () => {},
    });
    const registry = new Registry();
    let asked = 0;
    const consumer = {
      logEnds: () => {
        asked++;
        return Promise.resolve([{ ...of, offset: 30 }]);
      },
    };
    lagGauges(registry, role, lag, consumer);
    const scrape = async () => {
      const samples = await samplesOf(registry);
      expect(Object.keys(samples)).toEqual([`${role}_lag_records`, `${role}_lag_seconds`]);
      return { records: samples[`${role}_lag_records`], seconds: samples[`${role}_lag_seconds`] ?? NaN };
    };
    expect(await scrape()).toEqual({ records: 0, seconds: 0 });
    const assigned = { ...of, committedOffset: 3, committedMetadata: '', logStart: 0, logEnd: 10 };
    await locate([assigned], new AbortController().signal);
    expect(await scrape()).toEqual({ records: 7, seconds: 0 });
    const records = [record(3, Date.now() - 3_600_000)];
    onBatch({ ...of, position: 3, records, nextPosition: 4, logEnd: 20 });
    const { records: behind, seconds } = await scrape();
    expect(behind).toBe(16);
    expect(Math.floor(seconds / 60)).toBe(60);
    // What was asked for by this scrape is in the next one.
    clock.nowMs = 5_001;
    await scrape();
    expect(asked).toBe(1);
    expect((await scrape()).records).toBe(26);
    onBatch({ ...of, position: 4, records: [], nextPosition: 30, logEnd: 30 });
    expect(await scrape()).toEqual({ records: 0, seconds: 0 });
  });
});
