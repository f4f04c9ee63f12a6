import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { documentedMetrics } from '../support/metric-table.ts';
import { askedForBy } from '../support/promql.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string; readonly description: string };
    }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../deploy/observability', name), 'utf8');
const alerts = (parse(read('alerts.yml')) as Rules).groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
const known = documentedMetrics();

/** What nobody of ours tells of itself. */
const FOREIGN_LABELS = new Set(['le', 'instance', 'job']);

/** What of an expression the tables of docs/observability.md do not have. */
function faultsOf(expression: string): readonly string[] {
  const { metrics, labels } = askedForBy(expression);
  const own = metrics.filter((name) => !/^(process|nodejs)_/.test(name));
  const tables = own.map((name) => known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, '')));
  const allowed = new Set(tables.flatMap((metric) => metric?.labels ?? []));
  return [
    ...(metrics.length === 0 ? ['asks for no metric'] : []),
    ...own.filter((_, index) => tables[index] === undefined),
    ...labels.filter((label) => !FOREIGN_LABELS.has(label) && !allowed.has(label)),
  ];
}

describe('the alert rules', () => {
  it.each(alerts.map((rule) => [rule.alert, rule] as const))('%s asks for metrics and labels that exist', (_, rule) => {
    expect(faultsOf(rule.expr)).toEqual([]);
    expect(rule.annotations.summary).not.toBe('');
    expect(rule.annotations.description).not.toBe('');
    expect(['warning', 'critical']).toContain(rule.labels.severity);
  });

  it('watch over lag, stalls, success, dead letters, default partitions, late configuration and unknown keys', () => {
    const asked = new Set(alerts.flatMap(({ expr }) => askedForBy(expr).metrics));
    for (const name of [
      'signalbox_monitoring_consumer_lag_seconds',
      'signalbox_monitoring_consumer_stalled_seconds',
      'signalbox_dispatcher_delivery_facts_total',
      'signalbox_monitoring_open_dead_letters_records',
      'signalbox_monitoring_default_partition_rows',
      'signalbox_dispatcher_configuration_behind_total',
    ]) {
      expect(asked).toContain(name);
    }
    expect(alerts.some(({ expr }) => expr.includes('detail="unknown key"'))).toBe(true);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });
});

describe('the dashboard', () => {
  const targets = dashboard.panels.flatMap(({ title, targets: own = [] }) =>
    own.map((target) => [title, target] as const),
  );

  it.each(targets.map(([title, { expr }]) => [title, expr] as const))('%s asks for what exists: %s', (_, expr) => {
    expect(faultsOf(expr)).toEqual([]);
  });

  it('has panels of their own ids', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(targets.length).toBeGreaterThan(20);
  });
});

describe('what reads expressions', () => {
  it('finds what does not exist, and what is no PromQL', () => {
    expect(faultsOf('sum(signalbox_dispatcher_nothing_total)')).toEqual(['signalbox_dispatcher_nothing_total']);
    expect(faultsOf('sum by (colour) (signalbox_monitoring_live_readers)')).toEqual(['colour']);
    expect(faultsOf('signalbox_dispatcher_delivery_facts_total{kin="attempted"}')).toEqual(['kin']);
    expect(() => faultsOf('sum(rate(signalbox_monitoring_live_readers[5m])')).toThrow('no PromQL');
  });
});
