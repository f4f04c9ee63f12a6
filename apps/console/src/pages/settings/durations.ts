const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `5s, 2m, 1h` in milliseconds; undefined where a part of it is no such duration. */
export function parseDurations(text: string): readonly number[] | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const durations = parts.map((part) => {
    const [, amount = '', unit = ''] = /^(\d{1,8})(ms|s|m|h|d)$/i.exec(part) ?? [];
    const unitMs = UNIT_MS[unit.toLowerCase() as keyof typeof UNIT_MS];
    return amount === '' || unitMs === undefined ? undefined : Number(amount) * unitMs;
  });
  return durations.some((each) => each === undefined) ? undefined : durations.filter((each) => each !== undefined);
}

/** As it is written into the field: `5s, 30s, 2m`, and `1500ms` where it is no whole number of seconds. */
export function formatDurations(durationsMs: readonly number[]): string {
  return durationsMs.map(formatDuration).join(', ');
}

function formatDuration(ms: number): string {
  const units = Object.entries(UNIT_MS).toReversed();
  const [unit, unitMs] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', UNIT_MS.ms];
  return `${ms / unitMs}${unit}`;
}
