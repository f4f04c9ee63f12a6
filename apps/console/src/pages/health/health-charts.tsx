import { useMemo, type ReactNode } from 'react';
import { ChartPanel } from '../../charts/chart-panel.tsx';
import type { TimeSeries } from '../../charts/time-series.ts';
import { formatDuration } from '../../texts/format-duration.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { formatRate } from '../../webhooks/health-tag.tsx';
import { bucketsOf } from './health-buckets.ts';
import type { HealthRange } from './health-search.ts';
import type { WebhookHealth } from './health.query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** As many points as a chart can show apart. */
const SIZES: Readonly<Record<HealthRange, number>> = { '24h': 10 * MINUTE_MS, '1h': MINUTE_MS };

export interface HealthChartsProps {
  readonly health: WebhookHealth;
  readonly range: HealthRange;
}

export function HealthCharts({ health, range }: HealthChartsProps): ReactNode {
  const { health: texts } = useTexts();
  const { rate, requests, latency } = useSeries(health, range);
  return (
    <>
      <ChartPanel title={texts.requestsChart} description={texts.requestsChartHint} series={requests} />
      <div className="health__charts">
        <ChartPanel title={texts.rateChart} description={texts.rateChartHint} series={rate} />
        <ChartPanel title={texts.latencyChart} description={texts.latencyChartHint} series={latency} />
      </div>
    </>
  );
}

interface HealthSeries {
  readonly rate: TimeSeries;
  readonly requests: TimeSeries;
  readonly latency: TimeSeries;
}

function useSeries(health: WebhookHealth, range: HealthRange): HealthSeries {
  const { health: texts } = useTexts();
  const language = useLanguage();
  return useMemo(() => {
    const fromMs = range === '1h' ? health.to - HOUR_MS : health.from;
    const buckets = bucketsOf(health.series, { fromMs, toMs: health.to, sizeMs: SIZES[range] });
    const atMs = buckets.map((bucket) => bucket.atMs);
    const count = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    return {
      rate: {
        atMs,
        lines: [{ label: texts.lines.rate, colour: 1, values: buckets.map(({ successRate }) => successRate) }],
        format: (value) => formatRate(value, language),
        highest: 1,
      },
      requests: {
        atMs,
        lines: [
          { label: texts.lines.succeeded, colour: 3, values: buckets.map(({ succeeded }) => succeeded) },
          { label: texts.lines.failed, colour: 2, values: buckets.map(({ failed }) => failed) },
          { label: texts.lines.open, colour: 4, values: buckets.map(({ open }) => open) },
        ],
        format: (value) => count.format(value),
      },
      latency: {
        atMs,
        lines: [{ label: texts.lines.p95, colour: 1, values: buckets.map(({ p95Ms }) => p95Ms) }],
        format: (value) => formatDuration(value, language),
      },
    };
  }, [health, range, language, texts]);
}
