import { MIN_FAILURES, disabledMessageOf, verdictOn, warnAfterMs } from '../domain/failing-webhook.ts';
import type { FailureStreak } from '../domain/failing-webhook.ts';
import type { FailureLog } from './failure-log.port.ts';
import { FailureLogUnfit } from './failure-log.port.ts';
import type { WatchedWebhook, WatchedWebhooks } from './watched-webhooks.port.ts';
import type { WebhookWriter } from './webhook-writer.ts';

export interface WatchFailuresOptions {
  readonly log: FailureLog;
  readonly webhooks: WatchedWebhooks;
  readonly writer: WebhookWriter;
  readonly disableAfterMs: number;
  readonly now: () => number;
  /** Told of each webhook of which something became. */
  readonly onDecided: (webhook: WatchedWebhook, what: 'disabled' | 'warned' | 'recovered') => void;
}

const SYSTEM = 'system';
/** Of one call to the log. */
const AT_ONCE = 500;

/**
 * Disables webhooks whose deliveries have ended in failure for too long, and warns of them at half of that time. Any number
 * of instances may do it at the same time: each effect happens once.
 */
export class WatchFailures {
  readonly #options: WatchFailuresOptions;

  constructor(options: WatchFailuresOptions) {
    this.#options = options;
  }

  /**
   * Looks at every enabled webhook once. Rejects, after it has looked at all others, where it could not at some; at once, and
   * leaves the others alone, with a {@link FailureLogUnfit}.
   */
  async run(): Promise<void> {
    const { webhooks, disableAfterMs, now } = this.#options;
    const troubles: unknown[] = [];
    await webhooks.forgetOver(now()).catch((error: unknown) => troubles.push(error));
    for (let afterId = ''; ;) {
      const page = await webhooks.next(afterId, now() - warnAfterMs(disableAfterMs), AT_ONCE);
      for (const [tenantId, ofTenant] of Map.groupBy(page, (webhook) => webhook.tenantId)) {
        await this.#lookAt(tenantId, ofTenant).catch((error: unknown) => {
          if (error instanceof FailureLogUnfit) throw error;
          troubles.push(error);
        });
      }
      const last = page.at(-1);
      if (last === undefined || page.length < AT_ONCE) break;
      afterId = last.webhookId;
    }
    if (troubles.length === 0) return;
    throw new AggregateError(troubles, `${troubles.length} looks at webhooks came to nothing`, { cause: troubles[0] });
  }

  async #lookAt(tenantId: string, watched: readonly WatchedWebhook[]): Promise<void> {
    const { log, webhooks, disableAfterMs, now, onDecided } = this.#options;
    const asked = watched.map(({ webhookId, sinceMs, failingSinceMs }) => ({
      webhookId,
      sinceMs,
      ...(failingSinceMs !== undefined && { failingSinceMs }),
    }));
    const spanMs = warnAfterMs(disableAfterMs);
    const bounds = { spanMs, minFailures: MIN_FAILURES, longestSpanMs: disableAfterMs };
    const { failing, recoveredWebhookIds } = await log.reportOn(tenantId, asked, bounds);
    const byId = new Map(watched.map((webhook) => [webhook.webhookId, webhook]));
    for (const id of recoveredWebhookIds) {
      const webhook = byId.get(id);
      if (webhook !== undefined && (await webhooks.recover(webhook, now()))) onDecided(webhook, 'recovered');
    }
    for (const streak of failing) {
      const webhook = byId.get(streak.webhookId);
      if (webhook !== undefined) await this.#decide(webhook, streak);
    }
  }

  async #decide(webhook: WatchedWebhook, streak: FailureStreak): Promise<void> {
    const { webhooks, disableAfterMs, now, onDecided } = this.#options;
    switch (verdictOn(streak, disableAfterMs)) {
      case 'leave':
        return;
      case 'warn': {
        const disabledFromMs = streak.firstFailedAtMs + disableAfterMs;
        if (await webhooks.warn(webhook, streak, disabledFromMs, now())) onDecided(webhook, 'warned');
        return;
      }
      case 'disable':
        if (await this.#disable(webhook, streak)) onDecided(webhook, 'disabled');
    }
  }

  /** In the very state that was looked at: one that was changed meanwhile is looked at again the next time. */
  async #disable({ tenantId, webhookId: id, stateTag }: WatchedWebhook, streak: FailureStreak): Promise<boolean> {
    const outcome = await this.#options.writer.change({ tenantId, actor: SYSTEM }, { id, ifTags: [stateTag] }, () => ({
      kind: 'disable',
      reason: { by: 'failures', message: disabledMessageOf(streak) },
    }));
    return outcome.kind === 'settled';
  }
}
