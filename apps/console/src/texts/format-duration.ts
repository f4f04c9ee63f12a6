/** The largest first, with their ms. */
export const TIME_UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** Such as `23 ms`, `1.2 sec`, `5 min`: the largest unit that fits, to about two digits. */
export function formatDuration(ms: number, language: string): string {
  const [unit, size] = TIME_UNITS.find(([, unitMs]) => Math.abs(ms) >= unitMs) ?? (['millisecond', 1] as const);
  const value = ms / size;
  const maximumFractionDigits = unit === 'millisecond' ? (value < 1 ? 1 : 0) : value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(
    value,
  );
}
