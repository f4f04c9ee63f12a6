import { formatDuration } from '../../texts/format-duration.ts';
import type { Texts } from '../../texts/texts.ts';
import { formatDurations } from '../settings/durations.ts';

const HEADER = 'config.headers.';

export interface DescribedField {
  readonly name: string;
  /** It is the API's own name: one that this page does not know. */
  readonly isRaw: boolean;
}

/** A field of the history as the settings call it. */
export function describeField(field: string, { history }: Texts): DescribedField {
  if (field.startsWith(HEADER)) return { name: history.header(field.slice(HEADER.length)), isRaw: false };
  const name = history.fields[field];
  return name === undefined ? { name: field, isRaw: true } : { name, isRaw: false };
}

/** What a field was, or is, set to. What this page knows no words for stands as the API tells it. */
export function describeValue(field: string, value: unknown, texts: Texts, language: string): string {
  const { common, history, settings } = texts;
  if (typeof value === 'boolean') return value ? common.yes : common.no;
  if (value === '' || (Array.isArray(value) && value.length === 0)) return history.empty;
  if (field === 'config.timeoutMs' && typeof value === 'number') return formatDuration(value, language);
  if (field === 'config.rateLimitPerSecond' && typeof value === 'number')
    return history.perSecond(new Intl.NumberFormat(language).format(value));
  if (field === 'config.retryPolicy' && isRetryPolicy(value)) {
    const { preset, delaysMs, maxAgeMs } = value;
    return [
      ...(delaysMs === undefined ? [] : [formatDurations(delaysMs)]),
      ...(preset === undefined ? [] : [settings.presets[preset]]),
      ...(maxAgeMs === undefined ? [] : [history.givesUpAfter(formatDurations([maxAgeMs]))]),
    ].join('; ');
  }
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(String).join(', ') : JSON.stringify(value);
}

interface RetryPolicy {
  readonly preset?: 'logto' | 'standard';
  readonly delaysMs?: readonly number[];
  readonly maxAgeMs?: number;
}

function isRetryPolicy(value: unknown): value is RetryPolicy {
  if (typeof value !== 'object' || value === null) return false;
  const { preset = 'logto', delaysMs = [], maxAgeMs = 0 } = value as Readonly<Record<string, unknown>>;
  const isKnown = preset === 'logto' || preset === 'standard';
  return (
    isKnown && Array.isArray(delaysMs) && delaysMs.every((each) => Number.isFinite(each)) && Number.isFinite(maxAgeMs)
  );
}
