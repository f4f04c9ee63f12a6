import { ApiError } from '../../api/api-error.ts';
import { ALL_PARTS, SETTINGS_PARTS, type SettingsPart } from './settings-merge.ts';

/** Where the API finds a part, as far as the page says a refusal at its field; what ends with a dot holds more of them. */
const PATHS: Readonly<Record<SettingsPart, readonly string[]>> = {
  name: ['name'],
  url: ['config.url'],
  events: ['events'],
  headers: ['config.headers.'],
  retries: ['config.retries', 'config.retryPolicy.delaysMs', 'config.retryPolicy.maxAgeMs'],
  timeout: ['config.timeoutMs'],
  rateLimit: ['config.rateLimitPerSecond'],
  ed25519: [],
};

/** Those with a field that the form marks. `marked`: by the name of the field. */
export function markedParts(marked: Readonly<Record<string, unknown>>): readonly SettingsPart[] {
  return ALL_PARTS.filter((part) => SETTINGS_PARTS[part].some((field) => marked[field] !== undefined));
}

/** Those that the API did not take, each said at its field; none where something of the refusal has no field to be said at. */
export function refusedParts(error: Error | null): readonly SettingsPart[] {
  if (!(error instanceof ApiError)) return [];
  const parts = error.details.map(({ field }) =>
    ALL_PARTS.find((part) => PATHS[part].some((path) => isOf(field, path))),
  );
  return parts.includes(undefined) ? [] : ALL_PARTS.filter((part) => parts.includes(part));
}

function isOf(field: string, path: string): boolean {
  return field === path || field.startsWith(path.endsWith('.') ? path : `${path}[`);
}
