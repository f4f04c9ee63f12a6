import { isSameSet, type SettingsValues } from './settings-values.ts';

/** What people change as one thing, and choose between as one. */
export const SETTINGS_PARTS = {
  name: ['name'],
  url: ['url'],
  events: ['events'],
  headers: ['headers'],
  retries: ['retryMode', 'retries', 'preset', 'delays', 'maxAgeHours'],
  timeout: ['timeoutSeconds'],
  rateLimit: ['rateLimitPerSecond'],
  ed25519: ['ed25519'],
} as const satisfies Record<string, readonly (keyof SettingsValues)[]>;

export type SettingsPart = keyof typeof SETTINGS_PARTS;

export const ALL_PARTS = Object.keys(SETTINGS_PARTS) as readonly SettingsPart[];

export interface Merge {
  /** Changed by the others only: taken over. */
  readonly theirs: readonly SettingsPart[];
  /** Changed here only: kept. */
  readonly mine: readonly SettingsPart[];
  /** Changed by both, to different values: somebody has to choose. */
  readonly conflicts: readonly SettingsPart[];
}

/** `base`: what the form began with. */
export function mergeOf(base: SettingsValues, mine: SettingsValues, theirs: SettingsValues): Merge {
  const isChanged = (part: SettingsPart, values: SettingsValues): boolean => !isSamePart(part, base, values);
  const changedThere = ALL_PARTS.filter((part) => isChanged(part, theirs));
  const changedHere = ALL_PARTS.filter((part) => isChanged(part, mine));
  const conflicts = changedHere.filter((part) => changedThere.includes(part) && !isSamePart(part, mine, theirs));
  return {
    theirs: changedThere.filter((part) => !changedHere.includes(part)),
    mine: changedHere.filter((part) => !changedThere.includes(part)),
    conflicts,
  };
}

/** The others changed something of it: a person has to see it before anything is saved. */
export function needsLook({ theirs, conflicts }: Merge): boolean {
  return theirs.length > 0 || conflicts.length > 0;
}

/** Theirs, with those parts of mine that were changed here alone or chosen. */
export function mergedValues(
  merge: Merge,
  mine: SettingsValues,
  theirs: SettingsValues,
  chosen: readonly SettingsPart[],
): SettingsValues {
  const kept = [...merge.mine, ...merge.conflicts.filter((part) => chosen.includes(part))];
  const entries = kept.flatMap((part) => SETTINGS_PARTS[part].map((field) => [field, mine[field]] as const));
  return { ...theirs, ...Object.fromEntries(entries) };
}

/** What the form goes on with once `saved` is on the server: what was changed since it was `sent` is not lost. */
export function valuesAfterSave(sent: SettingsValues, now: SettingsValues, saved: SettingsValues): SettingsValues {
  const merge = mergeOf(sent, now, saved);
  return mergedValues(merge, now, saved, merge.conflicts);
}

function isSamePart(part: SettingsPart, some: SettingsValues, others: SettingsValues): boolean {
  if (part === 'events') return isSameSet(some.events, others.events);
  return SETTINGS_PARTS[part].every((field) => JSON.stringify(some[field]) === JSON.stringify(others[field]));
}
