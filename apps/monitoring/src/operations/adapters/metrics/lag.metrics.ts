import type { Registry } from '@signalbox/observability';
import { Gauge, metricName } from '@signalbox/observability';
import type { LagWatch } from '../../application/lag-watch.ts';
import type { PartitionLag } from '../../domain/lag-report.ts';
import { lagOf, summedLag } from '../../domain/lag-view.ts';

const LABELS = ['role', 'topic'] as const;

/** How far the consumers of all processes are, as of the last look; read when it is asked for. */
export function lagMetrics(registry: Registry, watch: Pick<LagWatch, 'report' | 'unsettled'>, now: () => number): void {
  const registers = [registry];
  const byTopic = (what: string, unit: string, help: string, read: (partitions: readonly PartitionLag[]) => number) => {
    const gauge: Gauge<(typeof LABELS)[number]> = new Gauge({
      name: metricName('monitoring', what, unit),
      help,
      labelNames: LABELS,
      registers,
      collect: () => {
        for (const [key, partitions] of byRoleAndTopic(watch.report?.partitions ?? [])) {
          const [role = '', topic = ''] = key.split(' ');
          gauge.set({ role, topic }, read(partitions));
        }
      },
    });
  };
  byTopic('consumer_lag', 'records', 'Records that a role has not done yet.', (all) => summedLag(all).lagRecords);
  byTopic(
    'consumer_lag',
    'seconds',
    'Age of the oldest record that a role has not done; of retry tiers, above what the tier waits.',
    (all) => summedLag(all).lagMs / 1_000,
  );
  byTopic(
    'consumer_stalled',
    'seconds',
    'For how long a partition with records to do was not moved on.',
    (all) => summedLag(all).stalledMs / 1_000,
  );
  const age: Gauge = new Gauge({
    name: metricName('monitoring', 'lag_report_age', 'seconds'),
    help: 'Time since the consumers were last looked at.',
    registers,
    collect: () => {
      if (watch.report !== undefined) age.set((now() - watch.report.atMs) / 1_000);
    },
  });
  const delay: Gauge = new Gauge({
    name: metricName('monitoring', 'projection_delay', 'seconds'),
    help: 'How old the read models are: the age of the oldest record that is not in them.',
    registers,
    collect: () => {
      if (watch.report !== undefined) delay.set(summedLag(lagOf(watch.report, 'projector')).lagMs / 1_000);
    },
  });
  const open: Gauge<'stage'> = new Gauge({
    name: metricName('monitoring', 'open_dead_letters', 'records'),
    help: 'Dead letters that wait for a decision, by who put them aside.',
    labelNames: ['stage'],
    registers,
    collect: () => {
      open.reset();
      for (const [stage, count] of watch.unsettled?.openLetters ?? []) open.set({ stage }, count);
    },
  });
  const stray: Gauge = new Gauge({
    name: metricName('monitoring', 'default_partition', 'rows'),
    help: 'Rows in the default partitions: for their time there was none when they came.',
    registers,
    collect: () => {
      if (watch.unsettled !== undefined) stray.set(watch.unsettled.strayRows);
    },
  });
}

function byRoleAndTopic(partitions: readonly PartitionLag[]): ReadonlyMap<string, readonly PartitionLag[]> {
  return Map.groupBy(partitions, ({ role, topic }) => `${role} ${topic}`);
}
