import { Registry, collectDefaultMetrics } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * The one naming scheme: `signalbox_<service>_<what>_<unit>`, e.g. `signalbox_monitoring_projection_lag_records`.
 * `<unit>` is a plural noun or a base unit (`records`, `seconds`, `bytes`); a counter ends in `_total` after its unit.
 * No label may name a webhook, a tenant or a delivery: their number is unbounded.
 */
export function metricName(service: string, what: string, unit: string): string {
  const name = `signalbox_${service.replaceAll('-', '_')}_${what}_${unit}`;
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new TypeError(`metric name "${name}" may hold only a-z, 0-9 and _`);
  return name;
}

/** A registry that already measures the process: CPU, memory, event loop lag, garbage collection, handles. */
export function createRegistry(): Registry {
  const registry = new Registry();
  ensureProcessMetrics(registry);
  return registry;
}

export function ensureProcessMetrics(registry: Registry): void {
  if (registry.getSingleMetric('process_cpu_seconds_total') === undefined)
    collectDefaultMetrics({ register: registry });
}
