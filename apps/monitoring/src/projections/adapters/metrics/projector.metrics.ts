import type { Logger, Registry } from '@signalbox/observability';
import { Counter, Gauge, Histogram, metricName } from '@signalbox/observability';
import type { Projector } from '../../application/projector.ts';
import type { ProjectorObserver } from '../../application/projector.port.ts';

const name = (what: string, unit: string): string => metricName('monitoring', what, unit);

/** Counts and logs what the projector tells. */
export function projectorMetrics(registry: Registry, logger: Logger): ProjectorObserver {
  const registers = [registry];
  const projected = new Counter({
    name: name('projected', 'records_total'),
    help: 'Records projected, by kind: a delivery, or the kind of a fact',
    labelNames: ['kind'],
    registers,
  });
  const duration = new Histogram({
    name: name('projection', 'seconds'),
    help: 'Duration of a batch, its transaction included',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const lag = new Gauge({
    name: name('projection_lag', 'seconds'),
    help: 'Age of the newest record of the last batch when it was committed',
    registers,
  });
  const deadLetters = new Counter({
    name: name('dead_letters', 'records_total'),
    help: 'Records put aside because they cannot be projected',
    registers,
  });
  const outlived = new Counter({
    name: name('outlived', 'records_total'),
    help: 'Records left out because their delivery was first scheduled before the begin of the retention',
    registers,
  });
  const overtaken = new Counter({
    name: name('projection_overtaken', 'partitions_total'),
    help: 'Partitions found projected by someone else (lost compare-and-sets)',
    registers,
  });
  const failures = new Counter({
    name: name('projection_failed', 'batches_total'),
    help: 'Batches that were not taken and are tried again',
    registers,
  });
  return {
    onProjected({ kinds, durationMs, ageMs }) {
      for (const [kind, count] of kinds) projected.inc({ kind }, count);
      duration.observe(durationMs / 1_000);
      lag.set(ageMs / 1_000);
    },
    onDeadLetters(count) {
      deadLetters.inc(count);
      logger.error({ records: count }, 'projection.dead_lettered');
    },
    onOutlived(count) {
      outlived.inc(count);
      logger.warn({ records: count }, 'projection.left_out_outlived');
    },
    onOvertaken(partitions) {
      overtaken.inc(partitions);
      logger.warn({ partitions }, 'projection.overtaken');
    },
    onFailed(error) {
      failures.inc();
      logger.error({ err: error }, 'projection.failed');
    },
  };
}

/** What is asked of the projector when metrics are read. */
export function observeLag(registry: Registry, projector: Pick<Projector, 'lagRecords'>): void {
  const lag = new Gauge({
    name: name('projection_lag', 'records'),
    help: "Records of this instance's partitions that are not projected yet, as far as the brokers have told",
    registers: [],
    collect() {
      this.set(projector.lagRecords);
    },
  });
  registry.registerMetric(lag);
}
