import { setTimeout as delay } from 'node:timers/promises';
import { nextRound, wasResentSince } from '../domain/next-round.ts';
import { Pace } from '../domain/pace.ts';
import type { ProjectionProgress } from './projection-gate.ts';
import { ProjectionGate } from './projection-gate.ts';
import type {
  BulkStep,
  HeldResends,
  ResendHolding,
  ResentDeliveries,
  ResentRound,
  RunningBulk,
} from './resend-relay.port.ts';
import type { ResendableDelivery, RoundRequest } from './resend-requests.port.ts';

export interface ResendRelayOptions {
  readonly holding: ResendHolding;
  readonly progress: ProjectionProgress;
  readonly deliveries: ResentDeliveries;
  readonly onRelayed: (count: number) => void;
  /** The database, the lock or Kafka is lost; the relay tries again. */
  readonly onTrouble: (error: unknown) => void;
  /** How long requests are remembered; as long as the log at least. */
  readonly keepMs: number;
  /** How often to look though nobody said that there is anything; default 250. */
  readonly pollMs?: number;
  /** How long to leave it to others after trouble; default 1,000. */
  readonly pauseMs?: number;
  readonly now?: () => number;
}

const BATCH = 500;
const PRUNE_EVERY_MS = 3_600_000;

/**
 * Puts the rounds that were asked for on the log of deliveries: one instance at a time, and only after the projection has
 * reached where the logs ended when this instance's turn began. What its predecessor has put there and not noted down is
 * known by then, so that a kill between the two makes no second round, and neither does a database that was restored.
 */
export class ResendRelay {
  readonly #options: ResendRelayOptions;
  readonly #stopping = new AbortController();
  readonly #paces = new Map<string, Pace>();
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(options: ResendRelayOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There is something to relay. */
  nudge(): void {
    this.#wake();
  }

  /** Resolves when nothing is under way any more; what was not noted down is looked for in the log by the next. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the relay was stopped'));
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#holdAndRelay();
        await this.#idle();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onTrouble(error);
        await delay(this.#options.pauseMs ?? 1_000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Returns when another instance holds the requests. */
  async #holdAndRelay(): Promise<void> {
    const lost = new AbortController();
    const held = await this.#options.holding.tryHold(() => lost.abort(new Error('the lock on the resends is lost')));
    if (held === undefined) return;
    try {
      await this.#relay(held, AbortSignal.any([lost.signal, this.#stopping.signal]));
    } finally {
      await held.release().catch(() => undefined);
    }
  }

  async #relay(held: HeldResends, signal: AbortSignal): Promise<void> {
    const { now = Date.now, keepMs, progress } = this.#options;
    const gate = new ProjectionGate(progress);
    let pruneAtMs = now();
    for (;;) {
      signal.throwIfAborted();
      if (await gate.isOpen()) {
        // First what is asked for already: a bulk resend that cannot be gone on with must not hold up the others.
        const relayed = await this.#relayBatch(held, gate, signal);
        await this.#advanceBulks(held, gate, signal);
        if (relayed === BATCH) continue;
        if (now() >= pruneAtMs) {
          await held.prune(keepMs);
          pruneAtMs = now() + PRUNE_EVERY_MS;
        }
      }
      await this.#idle();
    }
  }

  async #relayBatch(held: HeldResends, gate: ProjectionGate, signal: AbortSignal): Promise<number> {
    const rounds = await held.unrelayed(BATCH);
    if (rounds.length === 0) return 0;
    // A delivery that is not there is no longer kept, unless a rebuild has emptied the tables since the gate was asked.
    if (rounds.some(({ delivery }) => delivery === null) && !(await gate.isOpen())) return 0;
    const due = rounds.flatMap(({ deliveryId, round, delivery }): readonly ResentRound[] =>
      // Seen in the log: it was put there before, and only not noted down.
      delivery === null || delivery.seenRound >= round ? [] : [{ deliveryId, round, delivery }],
    );
    signal.throwIfAborted();
    await this.#options.deliveries.publish(due, signal);
    await held.markRelayed(rounds, (this.#options.now ?? Date.now)());
    if (due.length > 0) this.#options.onRelayed(due.length);
    return rounds.length;
  }

  async #advanceBulks(held: HeldResends, gate: ProjectionGate, signal: AbortSignal): Promise<void> {
    const { now = Date.now } = this.#options;
    const bulks = await held.runningBulks();
    for (const id of this.#paces.keys()) if (!bulks.some((bulk) => bulk.id === id)) this.#paces.delete(id);
    for (const bulk of bulks) {
      signal.throwIfAborted();
      const pace = this.#paces.get(bulk.id) ?? new Pace(now());
      this.#paces.set(bulk.id, pace);
      const allowed = Math.min(BATCH, pace.allowed(bulk.ratePerSecond, now()));
      if (allowed === 0) continue;
      const candidates = await held.candidates(bulk, allowed);
      // Were the tables emptied meanwhile, those that are missing would be passed over for good.
      if (!(await gate.isOpen())) return;
      const step = stepOf(bulk, candidates, allowed, now());
      pace.spend(await held.step(bulk, step, now()));
    }
  }

  async #idle(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.pollMs ?? 250);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function stepOf(bulk: RunningBulk, candidates: readonly ResendableDelivery[], limit: number, nowMs: number): BulkStep {
  const requests = candidates.flatMap((delivery): readonly RoundRequest[] => {
    const next = nextRound(delivery.seen, delivery.requested);
    if (next.kind === 'open' || !delivery.hasBody) return [];
    // This resend itself may have done it, in a database of which an older one was restored.
    if (wasResentSince(delivery, bulk.createdAtMs)) return [];
    return [{ deliveryId: delivery.deliveryId, round: next.round, actor: bulk.actor, bulkId: bulk.id, atMs: nowMs }];
  });
  return {
    requests,
    passedOver: candidates.length - requests.length,
    after: candidates.at(-1) ?? null,
    isLast: candidates.length < limit,
  };
}
