import type { DeliveryPolicy } from './delivery-policy.ts';
import type { DisabledReason, SealedHeader, SealedText } from './webhook.ts';

export interface CreateWebhook {
  readonly kind: 'create';
  readonly tenantId: string;
  readonly name: string;
  readonly event: string | null;
  readonly events: readonly string[];
  readonly url: string;
  readonly headers: readonly SealedHeader[] | null;
  readonly policy: DeliveryPolicy;
  readonly signingKey: SealedText;
  /** For a webhook that asks for `v1a` signatures. */
  readonly ed25519PrivateKey: SealedText | null;
  readonly enabled: boolean;
}

/** What is absent stays as it is. An unchanged header must come with the sealed text it has, so that it compares equal. */
export interface ChangeWebhook {
  readonly kind: 'change';
  readonly name?: string;
  readonly event?: string | null;
  readonly events?: readonly string[];
  /** Replaces the configuration as a whole. */
  readonly config?: {
    readonly url: string;
    readonly headers: readonly SealedHeader[] | null;
    readonly policy: DeliveryPolicy;
    /** The key the webhook has, or a new one where it has none and asks for `v1a` signatures. */
    readonly ed25519PrivateKey: SealedText | null;
  };
  readonly enabled?: boolean;
}

export interface RotateSigningKey {
  readonly kind: 'rotate-signing-key';
  readonly signingKey: SealedText;
  readonly overlapMs: number;
}

export interface DisableWebhook {
  readonly kind: 'disable';
  readonly reason: DisabledReason;
}

export interface DeleteWebhook {
  readonly kind: 'delete';
}

export type WebhookCommand = CreateWebhook | ChangeWebhook | RotateSigningKey | DisableWebhook | DeleteWebhook;

/** Why a command cannot be done on this webhook. */
export type Rejection =
  | { readonly kind: 'not-found' }
  | { readonly kind: 'already-exists' }
  /** It would be sent nothing, ever. */
  | { readonly kind: 'missing-events' }
  | { readonly kind: 'nothing-to-change' };
