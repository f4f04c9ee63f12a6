import type { Registry } from '@signalbox/observability';
import { Counter, metricName } from '@signalbox/observability';
import type { MaintenanceObserver } from '../../application/maintenance-timer.ts';

/** What is to be alerted on: partitions that could not be made or dropped. */
export function maintenanceMetrics(registry: Registry): MaintenanceObserver {
  const failures = new Counter({
    name: metricName('monitoring', 'partitions_not_changed', 'total'),
    help: 'Partitions that could not be made or dropped in a run; they are tried again in the next one',
    registers: [registry],
  });
  return {
    onMaintained({ failed }) {
      failures.inc(failed);
    },
    onNotMaintained() {
      failures.inc();
    },
  };
}
