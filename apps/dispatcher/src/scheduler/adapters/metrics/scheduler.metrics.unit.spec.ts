import { describe, expect, it } from '@jest/globals';
import { encodeDelivery } from '@signalbox/contracts';
import { Registry } from '@signalbox/observability';
import { samplesOf } from '../../../testing/metric-samples.ts';
import { recordingLogger } from '../../../testing/recording-logger.ts';
import { RETRY, schedulerAt, SCHEDULER_TOPICS, waiting } from '../../testing/started-scheduler.ts';
import { schedulerGauges, schedulerMetrics } from './scheduler.metrics.ts';

const NOW_MS = 3_500;

/** A scheduler at {@link NOW_MS}, with what a scrape tells of it and what it has logged. */
async function startMeasured() {
  const registry = new Registry();
  const { logger, lines } = recordingLogger();
  const started = await schedulerAt(NOW_MS, [], schedulerMetrics(registry, logger));
  schedulerGauges(registry, started.scheduler);
  return { ...started, lines, told: async () => samplesOf(registry) };
}

const NOTHING = {
  retry_lateness_seconds_count: 0,
  retry_lateness_seconds_sum: 0,
  retry_twins_total: 0,
  scheduler_dead_letters_total: 0,
  retries_held_deliveries: 0,
};

describe('the metrics of the scheduler', () => {
  it('tell how late deliveries were given back, in seconds', async () => {
    const { give, told } = await startMeasured();
    const another = { ...RETRY, attemptNumber: 3 };
    give(waiting(0, 1_000), { ...waiting(1), headers: encodeDelivery(another, { dueAtMs: 3_000, reason: 'retry' }) });
    expect(await told()).toEqual({ ...NOTHING, retry_lateness_seconds_count: 2, retry_lateness_seconds_sum: 3 });
  });

  it('count what was there twice, whether or not the first of the two has landed', async () => {
    const { appended, give, told } = await startMeasured();
    give(waiting(0), waiting(1));
    appended[0]?.acknowledge({ partition: 0, offset: 7 });
    give(waiting(2));
    expect(await told()).toMatchObject({ retry_twins_total: 2, retry_lateness_seconds_count: 1 });
  });

  it('count what moves on, by its tier', async () => {
    const { give, told } = await startMeasured();
    give(waiting(0, NOW_MS + 6_000), waiting(1, NOW_MS + 40_000), waiting(2, NOW_MS + 50_000));
    expect(await told()).toEqual({
      ...NOTHING,
      'retry_hops_total{tier="5s"}': 1,
      'retry_hops_total{tier="30s"}': 2,
    });
  });

  it('tell how many are held in memory', async () => {
    const { join, give, told } = await startMeasured();
    give(waiting(0, NOW_MS + 1_000), waiting(1, NOW_MS + 5_000));
    expect(await told()).toEqual({ ...NOTHING, retries_held_deliveries: 2 });
    await join(false);
    expect(await told()).toEqual(NOTHING);
  });

  it('count what is put aside, and its log says where it lies and why, not what is in it', async () => {
    const { give, told, lines } = await startMeasured();
    give({ ...waiting(4), value: Buffer.from('s3cret'), headers: { authorization: Buffer.from('s3cret') } });
    expect(await told()).toEqual({ ...NOTHING, scheduler_dead_letters_total: 1 });
    expect(lines).toEqual([
      {
        service: 'dispatcher',
        level: 'error',
        msg: 'retry.put_aside',
        source: `${SCHEDULER_TOPICS.retries[0]}/0/4`,
        why: 'is no waiting delivery: the header "delivery" or "wait" is missing or not of a known layout',
      },
    ]);
  });
});
