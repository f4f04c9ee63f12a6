import { describe, expect, it } from '@jest/globals';
import { DEFERRAL_REASONS, ERROR_CLASSES, FACT_KINDS } from '@signalbox/contracts';
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

/** The values of labels that expressions ask for, as the code has them. `detail` depends on `kind`. */
const DETAILS: Readonly<Record<string, readonly string[]>> = {
  attempted: ['succeeded', ...ERROR_CLASSES],
  deferred: DEFERRAL_REASONS,
};

function unknownValues(wanted: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(wanted).flatMap(([label, value]) => {
    if (FOREIGN_LABELS.has(label)) return [];
    const values = label === 'kind' ? FACT_KINDS : label === 'detail' ? DETAILS[wanted['kind'] ?? ''] : undefined;
    return values?.some((one) => one === value) === true ? [] : [`${label}="${value}"`];
  });
}

/** What of an expression the tables of docs/observability.md do not have. */
function faultsOf(expression: string): readonly string[] {
  const { metrics, labels, wanted } = askedForBy(expression);
  const own = metrics.filter((name) => !/^(process|nodejs)_/.test(name));
  const tables = own.map((name) => known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, '')));
  const allowed = new Set(tables.flatMap((metric) => metric?.labels ?? []));
  return [
    ...(metrics.length === 0 ? ['asks for no metric'] : []),
    ...own.filter((_, index) => tables[index] === undefined),
    ...labels.filter((label) => !FOREIGN_LABELS.has(label) && !allowed.has(label)),
    ...wanted.flatMap(unknownValues),
  ];
}

describe('the alert rules', () => {
  it.each(alerts.map((rule) => [rule.alert, rule] as const))(
    '%s asks for metrics, labels and values of labels that exist',
    (_, rule) => {
      expect(faultsOf(rule.expr)).toEqual([]);
      expect(rule.annotations.summary).not.toBe('');
      expect(rule.annotations.description).not.toBe('');
      expect(['warning', 'critical']).toContain(rule.labels.severity);
    },
  );

  it('watch over lag, stalls, success, dead letters, partitions, late configuration and unknown keys', () => {
    const asked = new Set(alerts.flatMap(({ expr }) => askedForBy(expr).metrics));
    for (const name of [
      'signalbox_monitoring_consumer_lag_seconds',
      'signalbox_monitoring_consumer_stalled_seconds',
      'signalbox_dispatcher_delivery_facts_total',
      'signalbox_monitoring_open_dead_letters_records',
      'signalbox_monitoring_default_partition_rows',
      'signalbox_monitoring_partitions_not_changed_total',
      'signalbox_dispatcher_configuration_behind_total',
    ]) {
      expect(asked).toContain(name);
    }
    const wanted = alerts.flatMap(({ expr }) => askedForBy(expr).wanted);
    for (const detail of ['unknown key', 'own fault']) expect(wanted).toContainEqual({ kind: 'deferred', detail });
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });
});

it('an alert tells when monitoring is gone, on which most others depend: without samples no other rule fires', () => {
  const whenGone = alerts.filter(({ expr }) => /^absent\(signalbox_monitoring_\w+\)$/.test(expr));
  expect(whenGone.map(({ labels }) => labels.severity)).toEqual(['critical']);
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
    expect(faultsOf('signalbox_dispatcher_delivery_facts_total{kin="attempted"}')).toEqual(['kin', 'kin="attempted"']);
    expect(faultsOf('signalbox_dispatcher_delivery_facts_total{kind="deferred", detail="own faults"}')).toEqual([
      'detail="own faults"',
    ]);
    expect(faultsOf('signalbox_dispatcher_delivery_facts_total{kind="tried"}')).toEqual(['kind="tried"']);
    expect(faultsOf('signalbox_monitoring_live_skipped_total{reason="slow"}')).toEqual(['reason="slow"']);
    expect(() => faultsOf('sum(rate(signalbox_monitoring_live_readers[5m])')).toThrow('no PromQL');
  });
});
