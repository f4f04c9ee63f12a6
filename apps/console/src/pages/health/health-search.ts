export const RANGES = ['24h', '1h'] as const;
export type HealthRange = (typeof RANGES)[number];

/** What of the health is in the address; the default range is not. */
export interface HealthSearch {
  readonly range?: HealthRange | undefined;
}

export function healthSearchOf(search: Record<string, unknown>): HealthSearch {
  return { range: search['range'] === '1h' ? '1h' : undefined };
}
