import type { DeliveryPolicy } from './delivery-policy.ts';

/** A text under AES-256-GCM; the domain compares and carries it, and never sees what is inside. */
export type SealedText = string;

export interface SealedHeader {
  readonly name: string;
  readonly sealedValue: SealedText;
}

export interface SigningKey {
  readonly sealed: SealedText;
  readonly createdAtMs: number;
  /** Until when a replaced key still signs; null for the newest. */
  readonly honouredUntilMs: number | null;
}

/** Why a webhook is disabled when its owner did not do it. */
export interface DisabledReason {
  readonly by: 'receiver' | 'failures';
  /** For its owner to read. */
  readonly message: string;
}

/** A webhook as its journal says it is. */
export interface Webhook {
  readonly id: string;
  readonly tenantId: string;
  /** Version of the last journal entry, from 1. */
  readonly version: number;
  readonly name: string;
  /** The legacy single event: matched only while `events` is empty. */
  readonly event: string | null;
  readonly events: readonly string[];
  readonly url: string;
  /** In the order given; null while the configuration names none, which the API shows differently from an empty list. */
  readonly headers: readonly SealedHeader[] | null;
  readonly policy: DeliveryPolicy;
  /** Newest first; never empty. */
  readonly signingKeys: readonly SigningKey[];
  /** PKCS#8 DER in base64 before sealing. Kept when `v1a` is turned off, so that turning it on again changes no key. */
  readonly ed25519PrivateKey: SealedText | null;
  readonly enabled: boolean;
  readonly disabledReason: DisabledReason | null;
  readonly createdAtMs: number;
}

/** Nothing yet, a webhook, or what is left of one: its id is never used again, and its log stays readable. */
export type WebhookHistory =
  | { readonly kind: 'none' }
  | { readonly kind: 'alive'; readonly webhook: Webhook }
  | { readonly kind: 'deleted'; readonly id: string; readonly tenantId: string; readonly version: number };

export const initialHistory: WebhookHistory = { kind: 'none' };
