/** A measured figure and what it was to be. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  /** One of each run; their median is the figure. */
  readonly runs: readonly number[];
  readonly atMost?: number;
  readonly atLeast?: number;
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

export function isMet({ runs, atMost, atLeast }: Figure): boolean {
  const median = medianOf(runs);
  return (atMost === undefined || median <= atMost) && (atLeast === undefined || median >= atLeast);
}

/** A line for each: median, runs, target, and whether it is met. */
export function figureTable(figures: readonly Figure[]): readonly string[] {
  const rows = figures.map((figure) => {
    const median = medianOf(figure.runs);
    const { atMost, atLeast, unit } = figure;
    const target = atMost !== undefined ? `≤ ${atMost}` : atLeast !== undefined ? `≥ ${atLeast}` : '';
    const verdict = target === '' ? '' : isMet(figure) ? 'met' : 'MISSED';
    return [figure.what, `${shown(median)} ${unit}`, target, verdict, figure.runs.map(shown).join(', ')];
  });
  const table = [['figure', 'median', 'target', '', 'runs'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const shown = (value: number): string =>
  Number.isNaN(value) ? 'none' : value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
