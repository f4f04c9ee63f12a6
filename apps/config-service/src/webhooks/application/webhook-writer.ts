import { decide, evolve } from '../domain/webhook.decider.ts';
import type { WebhookCommand } from '../domain/webhook.commands.ts';
import type { JournalEntry } from '../domain/webhook.events.ts';
import type { Webhook, WebhookHistory } from '../domain/webhook.ts';
import { initialHistory } from '../domain/webhook.ts';
import type { Caller, WebhookTarget } from './webhook-input.ts';
import type { WebhookJournal } from './webhook-journal.port.ts';
import type { Refusal } from './webhook-outcome.ts';

/** A lost race is decided anew on what is there now; nobody loses that often unless something is wrong. */
const MAX_TRIES = 5;

export type Settled =
  { readonly kind: 'settled'; readonly history: WebhookHistory; readonly stateTag: string } | Refusal;

/** Loads, decides and appends, with the expected version enforced by the journal. */
export class WebhookWriter {
  readonly #journal: WebhookJournal;
  readonly #now: () => number;

  constructor(journal: WebhookJournal, now: () => number) {
    this.#journal = journal;
    this.#now = now;
  }

  /** Runs a command that makes a webhook. */
  async create(caller: Caller, webhookId: string, command: WebhookCommand): Promise<Settled> {
    const outcome = await this.#attempt(caller, webhookId, { history: initialHistory, stateTag: '' }, command);
    return outcome === 'version-taken' ? { kind: 'already-exists' } : outcome;
  }

  /**
   * Runs a command on a webhook. `commandFor` is asked again after a lost race, with what the webhook is by then, so it
   * must have no effect of its own. `requireAnswerable` sees what the webhook will be, and throws where that could not be
   * told to the caller: what is answered with an error must not have happened.
   */
  async change(
    caller: Caller,
    target: WebhookTarget,
    commandFor: (webhook: Webhook) => WebhookCommand,
    requireAnswerable?: (after: Webhook) => void,
  ): Promise<Settled> {
    for (let left = MAX_TRIES; left > 0; left--) {
      const loaded = await this.#journal.load(caller.tenantId, target.id);
      if (loaded === undefined) return { kind: 'not-found' };
      const { webhook, stateTag } = loaded;
      if (target.ifTags?.includes(stateTag) === false) {
        return { kind: 'version-mismatch', version: webhook.version };
      }
      const before = { history: { kind: 'alive', webhook }, stateTag } as const;
      const outcome = await this.#attempt(caller, target.id, before, commandFor(webhook), requireAnswerable);
      if (outcome !== 'version-taken') return outcome;
    }
    return { kind: 'conflict' };
  }

  async #attempt(
    caller: Caller,
    webhookId: string,
    { history: before, stateTag }: { readonly history: WebhookHistory; readonly stateTag: string },
    command: WebhookCommand,
    requireAnswerable?: (after: Webhook) => void,
  ): Promise<Settled | 'version-taken'> {
    const atMs = this.#now();
    const decision = decide(before, command, atMs);
    if (decision.kind === 'rejected') return decision.rejection;
    if (decision.events.length === 0) return { kind: 'settled', history: before, stateTag };
    const expectedVersion = before.kind === 'alive' ? before.webhook.version : 0;
    const entries = decision.events.map((event, index): JournalEntry => ({
      webhookId,
      version: expectedVersion + 1 + index,
      event,
      actor: caller.actor,
      atMs,
    }));
    const after = entries.reduce(evolve, before);
    if (after.kind === 'alive') requireAnswerable?.(after.webhook);
    const { tenantId } = caller;
    const appended = await this.#journal.append({ webhookId, tenantId, expectedVersion, entries, after });
    if (appended === 'version-taken') return appended;
    if (appended === 'unknown-events') return { kind: appended };
    return { kind: 'settled', history: after, stateTag: appended.stateTag };
  }
}
