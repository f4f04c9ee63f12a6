import { setTimeout as delay } from 'node:timers/promises';
import type { ProjectionGates } from '../../resends/projection-gates.port.ts';
import type { FailureStreak, StreakBounds, WatchedWebhook } from '../domain/failure-streak.ts';
import type { FailureStreaks } from './failure-streaks.port.ts';

export interface ListFailingWebhooksOptions {
  readonly streaks: FailureStreaks;
  readonly gates: ProjectionGates;
  /** How long the log is kept. */
  readonly keptMs: number;
  /** How long the projection may take to reach the logs; default 10,000. */
  readonly waitMs?: number;
  /** How often to look whether it has; default 100. */
  readonly pollMs?: number;
}

/** What somebody asks who may disable webhooks by the answer. */
export interface FailureQuestion extends StreakBounds {
  readonly webhooks: readonly WatchedWebhook[];
  /** The longest span that the caller decides by; 0 where it does not say. */
  readonly longestSpanMs: number;
}

export type FailureAnswer =
  | {
      readonly kind: 'told';
      readonly failing: readonly FailureStreak[];
      readonly recoveredWebhookIds: readonly string[];
    }
  /** The log is not kept for longer than the span, so that no streak would ever be so long. */
  | { readonly kind: 'span not kept'; readonly keptMs: number }
  /** The newest successes may not be projected yet. */
  | { readonly kind: 'behind' };

/** Tells of failures only what holds up to the moment it was asked: a success that is not projected yet ends a streak too. */
export class ListFailingWebhooks {
  readonly #options: ListFailingWebhooksOptions;

  constructor(options: ListFailingWebhooksOptions) {
    this.#options = options;
  }

  /** Rejects while Kafka or Postgres does not answer. */
  async list(tenantId: string, { webhooks, longestSpanMs, ...bounds }: FailureQuestion): Promise<FailureAnswer> {
    const { streaks, keptMs } = this.#options;
    if (longestSpanMs >= keptMs) return { kind: 'span not kept', keptMs };
    if (!(await this.#hasCaughtUp())) return { kind: 'behind' };
    const [failing, recoveredWebhookIds] = await Promise.all([
      streaks.streaksOf(tenantId, webhooks, bounds),
      streaks.recoveredOf(tenantId, webhooks),
    ]);
    return { kind: 'told', failing, recoveredWebhookIds };
  }

  async #hasCaughtUp(): Promise<boolean> {
    const settled = new AbortController();
    const { signal } = settled;
    const timeUp = delay(this.#options.waitMs ?? 10_000, false, { signal }).catch(() => false);
    try {
      return await Promise.race([this.#openedBefore(signal), timeUp]);
    } finally {
      settled.abort();
    }
  }

  async #openedBefore(signal: AbortSignal): Promise<boolean> {
    const gate = this.#options.gates.next();
    while (!signal.aborted) {
      if (await gate.isOpen()) return true;
      await delay(this.#options.pollMs ?? 100, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }
}
