import type { Logger, Registry } from '@signalbox/observability';
import { Counter, Gauge, metricName } from '@signalbox/observability';
import type { LiveObserver } from '../../application/live-sink.port.ts';

/** Counts what the live feed shows. */
export function liveMetrics(registry: Registry, logger: Logger): LiveObserver {
  const registers = [registry];
  const readers = new Gauge({
    name: metricName('monitoring', 'live', 'readers'),
    help: 'Readers of the live feed that are connected to this instance.',
    registers,
  });
  const sent = new Counter({
    name: metricName('monitoring', 'live_events', 'total'),
    help: 'Events shown to readers of the live feed.',
    registers,
  });
  const skipped = new Counter({
    name: metricName('monitoring', 'live_skipped', 'total'),
    help: 'Attempts that readers of the live feed were told they have missed, by why.',
    labelNames: ['reason'],
    registers,
  });
  return {
    onReaders: (count) => readers.set(count),
    onSent: () => sent.inc(),
    onSkipped: (reason, count) => skipped.inc({ reason }, count),
    onLost: (error) => logger.warn({ err: error }, 'live.log_lost'),
  };
}
