export interface SeriesLine {
  readonly label: string;
  /** `--chart-1` to `--chart-4` of the tokens. */
  readonly colour: 1 | 2 | 3 | 4;
  /** One for each moment; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface TimeSeries {
  /** Unix ms, rising. */
  readonly atMs: readonly number[];
  readonly lines: readonly SeriesLine[];
  /** Of a value, for people: with its unit. */
  readonly format: (value: number) => string;
  /** The axis then ends there at least, such as 1 for rates. */
  readonly highest?: number;
}
