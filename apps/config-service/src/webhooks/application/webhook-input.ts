import type { DeliveryPolicy } from '../domain/delivery-policy.ts';

/** What a caller may say about a webhook's configuration; its shape and rules have been checked. */
export interface WebhookConfigInput extends DeliveryPolicy {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CreateWebhookInput {
  readonly name?: string;
  readonly event?: string | null;
  readonly events?: readonly string[];
  readonly config: WebhookConfigInput;
  readonly enabled?: boolean;
}

export interface ChangeWebhookInput {
  readonly name?: string;
  readonly event?: string | null;
  readonly events?: readonly string[];
  readonly config?: WebhookConfigInput;
  readonly enabled?: boolean;
}

/** What to try out; nothing of it is saved. */
export interface TestWebhookInput {
  readonly events: readonly string[];
  readonly config: WebhookConfigInput;
}

/** One wrong field of an input. */
export interface FieldFault {
  /** Path such as `config.headers.x-key` or `events[2]`. */
  readonly field: string;
  readonly why: string;
  /** What would be right; absent where `why` says it. */
  readonly expected?: string;
  /** Which rule of those for URLs refuses it. */
  readonly rule?: string;
}

/** Who asks, and in which tenant. */
export interface Caller {
  readonly tenantId: string;
  readonly actor: string;
}

/** A webhook as its caller last saw it; without tags whatever it is now. */
export interface WebhookTarget {
  readonly id: string;
  /** It must be in one of these states (`LoadedWebhook`). */
  readonly ifTags?: readonly string[];
}
