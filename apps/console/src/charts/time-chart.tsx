import { useEffect, useRef, type ReactNode } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useLanguage } from '../texts/use-texts.ts';
import './time-chart.css';
import type { TimeSeries } from './time-series.ts';

const HEIGHT_PX = 220;
/** A label and the room between two of them. */
const X_LABEL_PX = 84;
/** Half a label: the last one stands in the middle below the end. */
const RIGHT_PX = X_LABEL_PX / 2;
const MS_PER_SECOND = 1_000;
const FONT = '12px system-ui, sans-serif';

export interface TimeChartProps {
  readonly label: string;
  readonly series: TimeSeries;
}

/** Lines by time on a canvas: a day of minutes is drawn at once. Loaded when first shown. */
export default function TimeChart({ label, series }: TimeChartProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const language = useLanguage();
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    let chart = draw(element, series, language);
    const redraw = (): void => {
      chart.destroy();
      chart = draw(element, series, language);
    };
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    resize.observe(element);
    // Colours on a canvas do not follow the theme by themselves.
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', redraw);
    return () => {
      resize.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', redraw);
      chart.destroy();
    };
  }, [series, language]);
  return <div className="time-chart" ref={place} role="img" aria-label={label} />;
}

function draw(element: HTMLElement, series: TimeSeries, language: string): UPlot {
  const colourOf = (token: string): string => resolved(element, token);
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
  const axis = {
    stroke: colourOf('--text-soft'),
    font: FONT,
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
  };
  const options: UPlot.Options = {
    width: element.clientWidth,
    height: HEIGHT_PX,
    padding: [null, RIGHT_PX, null, null],
    cursor: { y: false },
    legend: { live: true },
    axes: [
      {
        ...axis,
        space: X_LABEL_PX,
        values: (_, seconds) => seconds.map((second) => clock.format(second * MS_PER_SECOND)),
      },
      { ...axis, size: 64, values: (_, values) => values.map((value) => series.format(value)) },
    ],
    scales: { y: { range: (_, _lowest, highest) => [0, Math.max(highest * 1.05, series.highest ?? 0) || 1] } },
    series: [
      { value: (_, second: number | null) => (second === null ? '–' : clock.format(second * MS_PER_SECOND)) },
      ...series.lines.map((line): UPlot.Series => ({
        label: line.label,
        stroke: colourOf(`--chart-${line.colour}`),
        width: 2,
        points: { show: true, size: 5, filter: (chart, index) => lonePoints(chart.data[index] ?? []) },
        value: (_, value: number | null) => (value === null ? '–' : series.format(value)),
      })),
    ],
  };
  const data: UPlot.AlignedData = [
    series.atMs.map((ms) => ms / MS_PER_SECOND),
    ...series.lines.map(({ values }) => [...values]),
  ];
  return new UPlot(options, data, element);
}

/** Indexes of values that have none beside them: no line leads to them, and they would not be seen. */
function lonePoints(values: ArrayLike<number | null | undefined>): number[] {
  const isThere = (index: number): boolean => typeof values[index] === 'number';
  return Array.from(values).flatMap((_, index) =>
    isThere(index) && !isThere(index - 1) && !isThere(index + 1) ? [index] : [],
  );
}

/** What a token is in the theme of now; `light-dark()` as such is nothing to a canvas. */
function resolved(element: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
