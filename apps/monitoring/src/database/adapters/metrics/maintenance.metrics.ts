import type { Registry } from '@signalbox/observability';
import { Counter, Gauge, metricName } from '@signalbox/observability';
import type { MaintenanceObserver } from '../../application/maintenance-timer.ts';

/** What is to be alerted on: rows without a partition of their own, and partitions that could not be made or dropped. */
export function maintenanceMetrics(registry: Registry): MaintenanceObserver {
  const registers = [registry];
  const strayRows = new Gauge({
    name: metricName('monitoring', 'stray', 'rows'),
    help: 'Rows in default partitions: of a time that no partition was made for',
    registers,
  });
  const failures = new Counter({
    name: metricName('monitoring', 'partitions_not_changed', 'total'),
    help: 'Partitions that could not be made or dropped in a run; they are tried again in the next one',
    registers,
  });
  return {
    onMaintained({ strayRows: rows, failed }) {
      strayRows.set(rows);
      failures.inc(failed);
    },
    onNotMaintained() {
      failures.inc();
    },
  };
}
