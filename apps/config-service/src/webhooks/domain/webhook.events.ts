import type { DeliveryPolicy } from './delivery-policy.ts';
import type { DisabledReason, SealedHeader, SealedText } from './webhook.ts';

export interface Created {
  readonly type: 'Created';
  readonly data: {
    readonly tenantId: string;
    readonly name: string;
    readonly event: string | null;
    readonly events: readonly string[];
    readonly url: string;
    readonly headers: readonly SealedHeader[] | null;
    readonly policy: DeliveryPolicy;
    readonly signingKey: SealedText;
    readonly ed25519PrivateKey: SealedText | null;
    readonly enabled: boolean;
  };
}

export interface Renamed {
  readonly type: 'Renamed';
  readonly data: { readonly name: string };
}

export interface EventsChanged {
  readonly type: 'EventsChanged';
  readonly data: { readonly event: string | null; readonly events: readonly string[] };
}

export interface EndpointChanged {
  readonly type: 'EndpointChanged';
  readonly data: { readonly url: string };
}

export interface HeadersChanged {
  readonly type: 'HeadersChanged';
  readonly data: { readonly headers: readonly SealedHeader[] | null };
}

export interface DeliveryPolicyChanged {
  readonly type: 'DeliveryPolicyChanged';
  readonly data: { readonly policy: DeliveryPolicy; readonly ed25519PrivateKey: SealedText | null };
}

export interface SigningKeyRotated {
  readonly type: 'SigningKeyRotated';
  readonly data: {
    readonly signingKey: SealedText;
    readonly replacedHonouredUntilMs: number;
    /** Keys replaced before end now, whatever overlap they were promised: the caller asked for none. */
    readonly endsOlderKeys?: true;
  };
}

export interface Enabled {
  readonly type: 'Enabled';
  readonly data: Readonly<Record<string, never>>;
}

export interface Disabled {
  readonly type: 'Disabled';
  /** null: its owner did it. */
  readonly data: { readonly reason: DisabledReason | null };
}

export interface Deleted {
  readonly type: 'Deleted';
  readonly data: Readonly<Record<string, never>>;
}

/** What can happen to a webhook. Secrets in it are sealed; the journal is kept for ever, so this only grows. */
export type WebhookEvent =
  | Created
  | Renamed
  | EventsChanged
  | EndpointChanged
  | HeadersChanged
  | DeliveryPolicyChanged
  | SigningKeyRotated
  | Enabled
  | Disabled
  | Deleted;

export const WEBHOOK_EVENT_TYPES = [
  'Created',
  'Renamed',
  'EventsChanged',
  'EndpointChanged',
  'HeadersChanged',
  'DeliveryPolicyChanged',
  'SigningKeyRotated',
  'Enabled',
  'Disabled',
  'Deleted',
] as const satisfies readonly WebhookEvent['type'][];

/** An event at its place in a webhook's journal. */
export interface JournalEntry {
  readonly webhookId: string;
  /** From 1, without gaps. */
  readonly version: number;
  readonly event: WebhookEvent;
  /** Who did it: `api-key:<id>`, `receiver`, `system`. */
  readonly actor: string;
  readonly atMs: number;
}
