import type { Logger, Registry } from '@signalbox/observability';
import { Counter, metricName } from '@signalbox/observability';
import type { RouterObserver } from '../../application/router.ts';

/** Counts what the router does, and says each dead letter in the log. */
export function routerMetrics(registry: Registry, logger: Logger): RouterObserver {
  const registers = [registry];
  const routed = new Counter({
    name: metricName('dispatcher', 'events_routed', 'total'),
    help: 'Published events routed, whether or not a webhook matched.',
    registers,
  });
  const deliveries = new Counter({
    name: metricName('dispatcher', 'deliveries_created', 'total'),
    help: 'Deliveries made from published events.',
    registers,
  });
  const deadLetters = new Counter({
    name: metricName('dispatcher', 'router_dead_letters', 'total'),
    help: 'Published records put aside, by reason.',
    labelNames: ['reason'],
    registers,
  });
  return {
    onRouted: (_event, count) => {
      routed.inc();
      deliveries.inc(count);
    },
    onDeadLetter: (reason, source, message) => {
      deadLetters.inc({ reason });
      logger.warn({ reason, source, why: message }, 'event.put_aside');
    },
  };
}
