import type { ChangeWebhook, CreateWebhook, Rejection, WebhookCommand } from './webhook.commands.ts';
import type { JournalEntry, SigningKeyRotated, WebhookEvent } from './webhook.events.ts';
import type { SigningKey, Webhook, WebhookHistory } from './webhook.ts';
import { isSameJson } from './same-json.ts';

/** A leaked key is replaced often by nobody; without a bound a loop of rotations would grow every signature header. */
export const MAX_REPLACED_KEYS = 4;

export type Decision =
  | { readonly kind: 'decided'; readonly events: readonly WebhookEvent[] }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/**
 * What a command makes happen. No events: the webhook is as the command wants it already, which is no fault. `nowMs` is
 * the time the entries will carry.
 */
export function decide(history: WebhookHistory, command: WebhookCommand, nowMs: number): Decision {
  if (command.kind === 'create') return history.kind === 'none' ? create(command) : rejected('already-exists');
  if (history.kind !== 'alive') return rejected('not-found');
  const { webhook } = history;
  switch (command.kind) {
    case 'change':
      return change(webhook, command);
    case 'rotate-signing-key':
      return decided({
        type: 'SigningKeyRotated',
        data: {
          signingKey: command.signingKey,
          replacedHonouredUntilMs: nowMs + command.overlapMs,
          // No overlap is asked for when a key leaked: none that was in force may go on.
          ...(command.overlapMs === 0 && { endsOlderKeys: true }),
        },
      });
    case 'disable':
      return webhook.enabled ? decided({ type: 'Disabled', data: { reason: command.reason } }) : decided();
    case 'delete':
      return decided({ type: 'Deleted', data: {} });
  }
}

function create({ kind: _, ...data }: CreateWebhook): Decision {
  if (data.events.length === 0 && data.event === null) return rejected('missing-events');
  return decided({ type: 'Created', data: { ...data, events: unique(data.events) } });
}

function change(webhook: Webhook, command: ChangeWebhook): Decision {
  const { name, config, enabled } = command;
  const wanted = [name, command.event, command.events, config, enabled];
  if (wanted.every((field) => field === undefined)) return rejected('nothing-to-change');
  const event = command.event === undefined ? webhook.event : command.event;
  const events = command.events === undefined ? webhook.events : unique(command.events);
  if (events.length === 0 && event === null) return rejected('missing-events');

  const happened: WebhookEvent[] = [];
  if (name !== undefined && name !== webhook.name) happened.push({ type: 'Renamed', data: { name } });
  if (event !== webhook.event || !isSameJson(events, webhook.events)) {
    happened.push({ type: 'EventsChanged', data: { event, events } });
  }
  if (config !== undefined) {
    const { url, headers, policy, ed25519PrivateKey } = config;
    if (url !== webhook.url) happened.push({ type: 'EndpointChanged', data: { url } });
    if (!isSameJson(headers, webhook.headers)) happened.push({ type: 'HeadersChanged', data: { headers } });
    if (!isSameJson(policy, webhook.policy) || ed25519PrivateKey !== webhook.ed25519PrivateKey) {
      happened.push({ type: 'DeliveryPolicyChanged', data: { policy, ed25519PrivateKey } });
    }
  }
  if (enabled === true && !webhook.enabled) happened.push({ type: 'Enabled', data: {} });
  if (enabled === false && webhook.enabled) happened.push({ type: 'Disabled', data: { reason: null } });
  return decided(...happened);
}

/** The history after one entry. Total: it refuses nothing, because what is in the journal has happened. */
export function evolve(history: WebhookHistory, entry: JournalEntry): WebhookHistory {
  const { event, version, atMs } = entry;
  if (event.type === 'Created') {
    const { signingKey, ...data } = event.data;
    const signingKeys = [{ sealed: signingKey, createdAtMs: atMs, honouredUntilMs: null }];
    const webhook = { id: entry.webhookId, version, ...data, signingKeys, disabledReason: null, createdAtMs: atMs };
    return { kind: 'alive', webhook };
  }
  if (history.kind !== 'alive') return history;
  const { webhook } = history;
  const alive = (changed: Partial<Webhook>): WebhookHistory => ({
    kind: 'alive',
    webhook: { ...webhook, ...changed, version },
  });
  switch (event.type) {
    case 'Renamed':
    case 'EventsChanged':
    case 'EndpointChanged':
    case 'HeadersChanged':
    case 'DeliveryPolicyChanged':
      return alive(event.data);
    case 'SigningKeyRotated':
      return alive({ signingKeys: rotated(webhook.signingKeys, event.data, atMs) });
    case 'Enabled':
      return alive({ enabled: true, disabledReason: null });
    case 'Disabled':
      return alive({ enabled: false, disabledReason: event.data.reason });
    case 'Deleted':
      return { kind: 'deleted', id: webhook.id, tenantId: webhook.tenantId, version };
  }
}

/** The newest first; the one it replaces until its overlap ends; older ones while the overlap they were promised lasts. */
function rotated(
  keys: readonly SigningKey[],
  { signingKey, replacedHonouredUntilMs, endsOlderKeys }: SigningKeyRotated['data'],
  atMs: number,
): readonly SigningKey[] {
  const replaced = keys
    .map((key) => ({ ...key, honouredUntilMs: key.honouredUntilMs ?? replacedHonouredUntilMs }))
    .filter((key) => key.honouredUntilMs > atMs && endsOlderKeys !== true)
    .slice(0, MAX_REPLACED_KEYS);
  return [{ sealed: signingKey, createdAtMs: atMs, honouredUntilMs: null }, ...replaced];
}

function unique(events: readonly string[]): readonly string[] {
  return [...new Set(events)];
}

function decided(...events: readonly WebhookEvent[]): Decision {
  return { kind: 'decided', events };
}

function rejected(kind: Rejection['kind']): Decision {
  return { kind: 'rejected', rejection: { kind } };
}
