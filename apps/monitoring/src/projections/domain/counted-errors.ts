/** The error classes that attempts are counted by. A class that a newer sender tells and this version lacks is `other`. */
export const COUNTED_ERRORS = [
  'dns',
  'refused-address',
  'connect',
  'tls',
  'timeout',
  'reset',
  'protocol',
  'http-status',
  'other',
] as const;
export type CountedError = (typeof COUNTED_ERRORS)[number];

const indexes = new Map<string, number>(COUNTED_ERRORS.map((name, index) => [name, index]));

/** Index in {@link COUNTED_ERRORS}, or null for an attempt without an error. */
export function countedErrorOf(errorClass: string | null): number | null {
  return errorClass === null ? null : (indexes.get(errorClass) ?? COUNTED_ERRORS.length - 1);
}
