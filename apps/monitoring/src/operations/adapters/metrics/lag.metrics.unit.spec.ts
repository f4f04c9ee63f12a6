import { expect, it } from '@jest/globals';
import { createRegistry } from '@signalbox/observability';
import type { RolePosition } from '../../domain/lag-report.ts';
import { LagMeter } from '../../domain/lag-report.ts';
import { lagMetrics } from './lag.metrics.ts';

const NOW_MS = 1_000_000;

/** Positions of a role in one partition, as Kafka tells them. */
const at = (position: Pick<RolePosition, 'role' | 'topic' | 'partition' | 'committed' | 'logEnd'>): RolePosition => ({
  group: 'g',
  logStart: 0,
  waitMs: 0,
  ...position,
});

it('a role that does not move on is told in records and in seconds, by the worst of its partitions', async () => {
  const meter = new LagMeter();
  const lookedAt = (msAgo: number, sent: number, projected: number, logEnd: number) =>
    meter.measure(
      [
        at({ role: 'sender', topic: 'deliveries', partition: 0, committed: sent, logEnd }),
        at({ role: 'sender', topic: 'deliveries', partition: 1, committed: 7, logEnd: 7 }),
        at({ role: 'projector', topic: 'attempts', partition: 0, committed: projected, logEnd }),
      ],
      NOW_MS - msAgo,
    );
  lookedAt(90_000, 5, 5, 5);
  lookedAt(62_000, 5, 9, 9);
  lookedAt(32_000, 6, 12, 20);
  const report = lookedAt(2_000, 6, 19, 20);
  const registry = createRegistry();
  const unsettled = { openLetters: new Map([['router' as const, 3]]), strayRows: 4 };
  lagMetrics(registry, { report, unsettled }, () => NOW_MS);
  const told = await registry.metrics();
  const valueOf = (sample: string): number => {
    const line = told.split('\n').find((one) => one.startsWith(`signalbox_monitoring_${sample} `));
    return Number(line?.split(' ').at(-1));
  };
  const ofSender = '{role="sender",topic="deliveries"}';
  expect(valueOf(`consumer_lag_records${ofSender}`)).toBe(14);
  expect(valueOf(`consumer_lag_seconds${ofSender}`)).toBe(60);
  expect(valueOf(`consumer_stalled_seconds${ofSender}`)).toBe(30);
  const ofProjector = '{role="projector",topic="attempts"}';
  expect(valueOf(`consumer_lag_seconds${ofProjector}`)).toBe(30);
  expect(valueOf(`consumer_stalled_seconds${ofProjector}`)).toBe(0);
  expect(valueOf('projection_delay_seconds')).toBe(30);
  expect(valueOf('lag_report_age_seconds')).toBe(2);
  expect(valueOf('open_dead_letters_records{stage="router"}')).toBe(3);
  expect(valueOf('default_partition_rows')).toBe(4);
});
