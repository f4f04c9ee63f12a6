import type { Logger, Registry } from '@signalbox/observability';
import { Counter, Gauge, Histogram, metricName } from '@signalbox/observability';
import type { Scheduler, SchedulerObserver } from '../../application/scheduler.ts';

/** Counts what the scheduler does. */
export function schedulerMetrics(registry: Registry, logger: Logger): SchedulerObserver {
  const registers = [registry];
  const lateness = new Histogram({
    name: metricName('dispatcher', 'retry_lateness', 'seconds'),
    help: 'How late a waiting delivery was given back to the senders.',
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120],
    registers,
  });
  const hops = new Counter({
    name: metricName('dispatcher', 'retry_hops', 'total'),
    help: 'Waiting deliveries moved on to another tier.',
    labelNames: ['tier'],
    registers,
  });
  const twins = new Counter({
    name: metricName('dispatcher', 'retry_twins', 'total'),
    help: 'Waiting deliveries that were there twice and went on once.',
    registers,
  });
  const deadLetters = new Counter({
    name: metricName('dispatcher', 'scheduler_dead_letters', 'total'),
    help: 'Records of the retry topics that are no waiting deliveries.',
    registers,
  });
  return {
    onDelivered: (lateMs) => lateness.observe(lateMs / 1_000),
    onHopped: (tier) => hops.inc({ tier }),
    onTwin: () => twins.inc(),
    onDeadLetter: (source, message) => {
      deadLetters.inc();
      logger.error({ source, why: message }, 'retry.put_aside');
    },
  };
}

/** What is held in memory, read when it is asked for. */
export function schedulerGauges(registry: Registry, scheduler: Scheduler): void {
  const held: Gauge = new Gauge({
    name: metricName('dispatcher', 'retries_held', 'deliveries'),
    help: 'Waiting deliveries held in memory for the last seconds of their wait.',
    registers: [registry],
    collect: () => held.set(scheduler.held),
  });
}
