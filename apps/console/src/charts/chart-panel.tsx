import { ChartLine, Table } from 'lucide-react';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTexts, useLanguage } from '../texts/use-texts.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { absolute } from '../ui/time.tsx';
import type { TimeSeries } from './time-series.ts';

const TimeChart = lazy(async () => import('./time-chart.tsx'));

export interface ChartPanelProps {
  readonly title: string;
  readonly description?: string;
  readonly series: TimeSeries;
}

/** A chart by time, and the same figures as a table for who prefers or needs it. */
export function ChartPanel({ title, description, series }: ChartPanelProps): ReactNode {
  const texts = useTexts();
  const [isTable, setIsTable] = useState(false);
  const toggle = (
    <Button
      size="small"
      icon={isTable ? <ChartLine size={15} aria-hidden /> : <Table size={15} aria-hidden />}
      onPress={() => setIsTable(!isTable)}
    >
      {isTable ? texts.common.asChart : texts.common.asTable}
    </Button>
  );
  return (
    <Card title={title} {...(description !== undefined && { description })} actions={toggle}>
      {isTable ? (
        <SeriesTable label={title} series={series} />
      ) : (
        <Suspense fallback={<Skeleton lines={5} />}>
          <TimeChart label={title} series={series} />
        </Suspense>
      )}
    </Card>
  );
}

interface SeriesRow {
  readonly atMs: number;
  readonly values: readonly (number | null)[];
}

/** Newest first; moments at which nothing was are left out. */
function SeriesTable({ label, series }: { readonly label: string; readonly series: TimeSeries }): ReactNode {
  const texts = useTexts();
  const language = useLanguage();
  const rows = series.atMs
    .map((atMs, index): SeriesRow => ({ atMs, values: series.lines.map(({ values }) => values[index] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && value !== 0))
    .toReversed();
  if (rows.length === 0) return <p className="soft">{texts.common.nothingInTime}</p>;
  return (
    <DataTable<SeriesRow>
      label={label}
      rows={rows}
      rowKey={({ atMs }) => String(atMs)}
      virtualHeight="20rem"
      columns={[
        { id: 'time', header: texts.common.time, cell: ({ atMs }) => absolute(atMs, 'full', language) },
        ...series.lines.map((line, index) => ({
          id: line.label,
          header: line.label,
          align: 'end' as const,
          cell: ({ values }: SeriesRow) => {
            const value = values[index];
            return value === null || value === undefined ? '–' : series.format(value);
          },
        })),
      ]}
    />
  );
}
