import type { WebhookHistory } from '../domain/webhook.ts';
import type { WebhookRedirections } from './webhook-redirections.port.ts';
import type { WebhookJournal } from './webhook-journal.port.ts';
import type { WebhookWriter } from './webhook-writer.ts';

/** What a receiver asked for by its answer, and of which webhook's state. */
export interface ReceiverVerdict {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly epoch: number;
  readonly version: number;
  readonly deliveryId: string;
  /** For the owner to read. */
  readonly reason: string;
}

export type Disabling =
  /** `version`: of the webhook as this leaves it; undefined where there is none. */
  | { readonly kind: 'disabled' | 'unchanged'; readonly version: number | undefined }
  /** Ask again. */
  | { readonly kind: 'conflict' };

const RECEIVER = 'receiver';
const MAX_REASON_CHARACTERS = 500;
/** Each is lost to somebody else's change, and decided anew. */
const MAX_TRIES = 5;

export class DisableByReceiverUseCase {
  readonly #writer: WebhookWriter;
  readonly #journal: WebhookJournal;
  readonly #redirections: WebhookRedirections;

  constructor(writer: WebhookWriter, journal: WebhookJournal, redirections: WebhookRedirections) {
    this.#writer = writer;
    this.#journal = journal;
    this.#redirections = redirections;
  }

  /**
   * Disables the webhook. `unchanged` where there is nothing to do: it is disabled or deleted already, or its endpoint or
   * `enabled` changed since, so that the answer was about something else.
   */
  async disable(verdict: ReceiverVerdict): Promise<Disabling> {
    const { tenantId, webhookId: id } = verdict;
    for (let left = MAX_TRIES; left > 0; left--) {
      const loaded = await this.#journal.load(tenantId, id);
      const unchanged = { kind: 'unchanged', version: loaded?.webhook.version } as const;
      if (loaded === undefined || !loaded.webhook.enabled) return unchanged;
      if (await this.#redirections.hasBeenRedirected(tenantId, id, verdict)) return unchanged;
      // In the very state that was looked at: a change in between is looked at in the next round.
      const target = { id, ifTags: [loaded.stateTag] };
      const outcome = await this.#writer.change({ tenantId, actor: RECEIVER }, target, () => ({
        kind: 'disable',
        reason: { by: RECEIVER, message: messageOf(verdict) },
      }));
      if (outcome.kind === 'settled') return { kind: 'disabled', version: versionOf(outcome.history) };
      if (outcome.kind === 'not-found') return { kind: 'unchanged', version: undefined };
    }
    return { kind: 'conflict' };
  }
}

function versionOf(history: WebhookHistory): number | undefined {
  return history.kind === 'alive' ? history.webhook.version : undefined;
}

function messageOf({ reason, deliveryId }: ReceiverVerdict): string {
  const printable = reason
    .replaceAll(/\p{Cc}+/gu, ' ')
    .toWellFormed()
    .trim();
  const told = printable === '' ? 'The receiver asked for it' : printable.slice(0, MAX_REASON_CHARACTERS);
  return `${told} (delivery ${deliveryId})`;
}
