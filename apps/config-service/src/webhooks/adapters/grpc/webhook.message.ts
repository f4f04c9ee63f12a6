import type { EventTest } from '../../application/test-webhook.ts';
import type { HistoryEntry } from '../../application/read-history.ts';
import type { ListedWebhookView, SigningKeysView } from '../../application/webhook-view.ts';

/** Messages of config.proto as the loader gives them: absent where a field was not sent. */
export interface ConfigMessage {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly retries?: number;
  readonly timeoutMs?: number;
  readonly retryPolicy?: {
    readonly preset?: string;
    readonly delaysMs?: readonly number[];
    readonly maxAgeMs?: number;
  };
  readonly rateLimitPerSecond?: number;
  readonly ed25519?: boolean;
  readonly hasNoHeaders?: boolean;
}

export interface CreateMessage {
  readonly name?: string;
  readonly event?: string;
  readonly events?: readonly string[];
  readonly config?: ConfigMessage;
  readonly enabled?: boolean;
}

export interface UpdateMessage {
  readonly id?: string;
  readonly name?: string;
  readonly event?: string;
  readonly events?: { readonly names?: readonly string[] };
  readonly config?: ConfigMessage;
  readonly enabled?: boolean;
  readonly ifMatch?: string;
}

export interface TestMessage {
  readonly id?: string;
  readonly events?: readonly string[];
  readonly config?: ConfigMessage;
}

/** A request as REST would have it, so that both go through one parser and meet the same rules. */
export function bodyOfCreate(message: CreateMessage): Record<string, unknown> {
  const { name, event, events = [], config, enabled } = message;
  return present({
    name,
    event,
    events: events.length === 0 ? undefined : events,
    config: bodyOfConfig(config),
    enabled,
  });
}

export function bodyOfUpdate(message: UpdateMessage): Record<string, unknown> {
  const { name, event, events, config, enabled } = message;
  return present({
    name,
    event: event === '' ? null : event,
    events: events === undefined ? undefined : (events.names ?? []),
    config: bodyOfConfig(config),
    enabled,
  });
}

export function bodyOfTest({ events = [], config }: TestMessage): Record<string, unknown> {
  return present({ events, config: bodyOfConfig(config) });
}

function bodyOfConfig(config: ConfigMessage | undefined): Record<string, unknown> | undefined {
  if (config === undefined) return undefined;
  const { headers = {}, hasNoHeaders = false, retryPolicy, ...rest } = config;
  const areNamed = hasNoHeaders || Object.keys(headers).length > 0;
  return present({
    ...present({ ...rest }),
    headers: areNamed ? headers : undefined,
    retryPolicy:
      retryPolicy === undefined
        ? undefined
        : present({
            ...retryPolicy,
            delaysMs: retryPolicy.delaysMs?.length === 0 ? undefined : retryPolicy.delaysMs,
          }),
  });
}

/** Optional fields of proto3 come with a companion `_name` that says which is set. */
function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== undefined && value !== null && !name.startsWith('_')),
  );
}

export function messageOf(view: ListedWebhookView, version: number, etag: string): Record<string, unknown> {
  const { createdAt, event, ...rest } = view;
  return { ...rest, ...(event !== null && { event }), createdAtMs: createdAt, version, etag };
}

export function messageOfKeys({ keys, ed25519PublicKey }: SigningKeysView): Record<string, unknown> {
  const told = keys.map(({ createdAt, honouredUntil, ...key }) => ({
    ...key,
    createdAtMs: createdAt,
    ...(honouredUntil !== null && { honouredUntilMs: honouredUntil }),
  }));
  return { keys: told, ...(ed25519PublicKey !== undefined && { ed25519PublicKey }) };
}

export function messageOfHistory({ at, changes, ...entry }: HistoryEntry): Record<string, unknown> {
  const told = changes.map(({ field, from, to }) => ({
    field,
    ...(from !== undefined && { fromJson: JSON.stringify(from) }),
    ...(to !== undefined && { toJson: JSON.stringify(to) }),
  }));
  return { ...entry, atMs: at, changes: told };
}

export function messageOfTest({ request, response, ...rest }: EventTest): Record<string, unknown> {
  return {
    ...rest,
    requestHeaders: request.headers,
    requestBody: JSON.stringify(request.body),
    ...(response !== undefined && { response }),
  };
}
