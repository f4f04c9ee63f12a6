import type { FailureStreak } from '../domain/failing-webhook.ts';

export interface AskedWebhook {
  readonly webhookId: string;
  /** Unix ms; what ended before does not count. */
  readonly sinceMs: number;
  /** Unix ms; where its owner was warned. */
  readonly failingSinceMs?: number;
}

export interface FailureReport {
  readonly failing: readonly (FailureStreak & { readonly webhookId: string })[];
  /** Of those that were warned of: a delivery succeeded since. */
  readonly recoveredWebhookIds: readonly string[];
}

/** How long and how often a webhook must have failed to be told of. */
export interface AskedBounds {
  readonly spanMs: number;
  readonly minFailures: number;
  /** The longest span that is decided by. */
  readonly longestSpanMs: number;
}

/** The log can be believed of no webhook now; the message says why. Ask for none of the others, and later again. */
export class FailureLogUnfit extends Error {
  override readonly name = 'FailureLogUnfit';
}

/** Whoever keeps the log of deliveries. */
export interface FailureLog {
  /** Of webhooks of one tenant, 500 at most. Rejects when it cannot be told in time, with {@link FailureLogUnfit} of anybody. */
  reportOn(tenantId: string, webhooks: readonly AskedWebhook[], bounds: AskedBounds): Promise<FailureReport>;
}
