import { isSameJson } from './same-json.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { JournalEntry } from './webhook.events.ts';
import { evolve } from './webhook.decider.ts';
import type { SealedHeader, Webhook, WebhookHistory } from './webhook.ts';

/** In place of a secret, whatever its length. */
export const MASK = '***';

/** One field that an entry changed, by the name the API has for it. Absent: there was, or is, none. */
export interface FieldChange {
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What one entry of the journal changed in the webhook it met, secrets masked. */
export function changesOf(before: WebhookHistory, entry: JournalEntry): readonly FieldChange[] {
  const after = evolve(before, entry);
  if (after.kind !== 'alive') return [];
  const { webhook } = after;
  const old = before.kind === 'alive' ? before.webhook : undefined;
  const { event } = entry;
  switch (event.type) {
    case 'Created':
      return [...plainChanges(undefined, webhook), { field: 'signingKey', to: MASK }];
    case 'SigningKeyRotated': {
      const { replacedHonouredUntilMs } = event.data;
      const rotated = { field: 'signingKey', from: MASK, to: MASK };
      return [rotated, { field: 'replacedKeyHonouredUntil', to: replacedHonouredUntilMs }];
    }
    case 'Renamed':
    case 'EventsChanged':
    case 'EndpointChanged':
    case 'HeadersChanged':
    case 'DeliveryPolicyChanged':
    case 'Enabled':
    case 'Disabled':
      return plainChanges(old, webhook);
    case 'Deleted':
      return [];
  }
}

function plainChanges(old: Webhook | undefined, now: Webhook): readonly FieldChange[] {
  return [
    ...change('name', old?.name, now.name),
    ...change('event', old?.event ?? undefined, now.event ?? undefined),
    ...change('events', old?.events, now.events),
    ...change('config.url', old?.url, now.url),
    ...headerChanges(old?.headers ?? [], now.headers ?? []),
    ...policyChanges(old?.policy ?? {}, now.policy),
    ...change('ed25519Key', masked(old?.ed25519PrivateKey), masked(now.ed25519PrivateKey)),
    ...change('enabled', old?.enabled, now.enabled),
    ...change('disabledReason', old?.disabledReason?.message, now.disabledReason?.message),
  ];
}

/** A header is the same only as long as its sealed text is: what cannot be seen cannot be compared otherwise. */
function headerChanges(old: readonly SealedHeader[], now: readonly SealedHeader[]): readonly FieldChange[] {
  const names = new Set([...old, ...now].map(({ name }) => name));
  return [...names].flatMap((name): FieldChange[] => {
    const [from, to] = [old, now].map((headers) => headers.find((header) => header.name === name)?.sealedValue);
    if (from === to) return [];
    return [changed(`config.headers.${name}`, masked(from), masked(to))];
  });
}

function policyChanges(old: DeliveryPolicy, now: DeliveryPolicy): readonly FieldChange[] {
  const fields = new Set([...Object.keys(old), ...Object.keys(now)] as (keyof DeliveryPolicy)[]);
  return [...fields].flatMap((field) => change(`config.${field}`, old[field], now[field]));
}

function change(field: string, from: unknown, to: unknown): readonly FieldChange[] {
  return isSameJson(from, to) ? [] : [changed(field, from, to)];
}

function changed(field: string, from: unknown, to: unknown): FieldChange {
  return { field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function masked(secret: string | null | undefined): string | undefined {
  return secret === null || secret === undefined ? undefined : MASK;
}
