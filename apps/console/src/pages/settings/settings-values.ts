import { eventsOf, type Webhook, type WebhookConfig } from '../../webhooks/webhook.queries.ts';
import { formatDurations, parseDurations } from './durations.ts';

export interface HeaderRow {
  name: string;
  value: string;
}

export type RetryMode = 'default' | 'count' | 'policy';
export type RetryPreset = 'logto' | 'standard';

/** What the form of the settings holds; numbers that are left empty are NaN. */
export interface SettingsValues {
  name: string;
  url: string;
  events: string[];
  headers: HeaderRow[];
  retryMode: RetryMode;
  retries: number;
  preset: RetryPreset;
  /** Such as `5s, 30s, 2m`. */
  delays: string;
  maxAgeHours: number;
  timeoutSeconds: number;
  rateLimitPerSecond: number;
  ed25519: boolean;
}

const MS_PER_SECOND = 1_000;
const MS_PER_HOUR = 3_600_000;
export const DEFAULT_TIMEOUT_SECONDS = 10;
const DEFAULT_RETRIES = 3;
const DEFAULT_DELAYS_MS = [5_000, 30_000, 120_000];
const DEFAULT_MAX_AGE_HOURS = 72;

export function valuesOf(webhook: Webhook): SettingsValues {
  const { config } = webhook;
  const { retryPolicy } = config;
  return {
    name: webhook.name,
    url: config.url,
    events: [...eventsOf(webhook)],
    headers: Object.entries(config.headers ?? {}).map(([name, value]) => ({ name, value })),
    retryMode: retryPolicy !== undefined ? 'policy' : config.retries !== undefined ? 'count' : 'default',
    retries: config.retries ?? DEFAULT_RETRIES,
    preset: retryPolicy?.preset ?? 'logto',
    delays: formatDurations(retryPolicy?.delaysMs ?? DEFAULT_DELAYS_MS),
    maxAgeHours: retryPolicy?.maxAgeMs === undefined ? DEFAULT_MAX_AGE_HOURS : retryPolicy.maxAgeMs / MS_PER_HOUR,
    timeoutSeconds: (config.timeoutMs ?? DEFAULT_TIMEOUT_SECONDS * MS_PER_SECOND) / MS_PER_SECOND,
    rateLimitPerSecond: config.rateLimitPerSecond ?? Number.NaN,
    ed25519: config.ed25519 ?? false,
  };
}

/** The configuration to send. `before`: what is not in the form stays as it was. */
export function configOf(values: SettingsValues, before: WebhookConfig): WebhookConfig {
  const { headers: _headers, retries: _retries, retryPolicy: _policy, rateLimitPerSecond: _rate, ...rest } = before;
  const headers = values.headers.filter(({ name, value }) => name.trim() !== '' || value.trim() !== '');
  return {
    ...rest,
    url: values.url.trim(),
    ...(headers.length > 0 && {
      headers: Object.fromEntries(headers.map(({ name, value }) => [name.trim(), value.trim()])),
    }),
    ...(values.retryMode === 'count' && { retries: values.retries }),
    ...(values.retryMode === 'policy' && {
      retryPolicy: {
        preset: values.preset,
        delaysMs: [...(parseDurations(values.delays) ?? [])],
        maxAgeMs: Math.round(values.maxAgeHours * MS_PER_HOUR),
      },
    }),
    ...((rest.timeoutMs !== undefined || values.timeoutSeconds !== DEFAULT_TIMEOUT_SECONDS) && {
      timeoutMs: Math.round(values.timeoutSeconds * MS_PER_SECOND),
    }),
    ...(!Number.isNaN(values.rateLimitPerSecond) && { rateLimitPerSecond: values.rateLimitPerSecond }),
    ...((rest.ed25519 !== undefined || values.ed25519) && { ed25519: values.ed25519 }),
  };
}

export interface WebhookChange {
  name?: string;
  events?: string[];
  config?: WebhookConfig;
}

/** What a save sends: only what differs; undefined where nothing does. */
export function changeOf(webhook: Webhook, values: SettingsValues): WebhookChange | undefined {
  const before = valuesOf(webhook);
  const change: WebhookChange = {};
  if (values.name.trim() !== before.name) change.name = values.name.trim();
  if (!isSameSet(values.events, before.events)) change.events = values.events;
  const config = configOf(values, webhook.config);
  if (JSON.stringify(config) !== JSON.stringify(configOf(before, webhook.config))) change.config = config;
  return Object.keys(change).length === 0 ? undefined : change;
}

export function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && new Set([...some, ...others]).size === some.length;
}
