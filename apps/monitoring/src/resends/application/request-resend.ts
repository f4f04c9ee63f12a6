import { nextRound } from '../domain/next-round.ts';
import type { ProjectionGate } from './projection-gate.ts';
import type { Owner, ResendRequests } from './resend-requests.port.ts';

export type ResendOutcome =
  | { readonly kind: 'requested'; readonly round: number }
  | { readonly kind: 'not found' }
  /** `nextAttemptAtMs` is null where the attempt goes as soon as its turn comes. */
  | { readonly kind: 'round open'; readonly nextAttemptAtMs: number | null }
  | { readonly kind: 'body not kept' }
  /** The projection does not know yet which rounds there were. */
  | { readonly kind: 'catching up' };

/** Takes down that a delivery is to be sent again; the relay does the rest. */
export class RequestResend {
  readonly #requests: ResendRequests;
  readonly #gate: ProjectionGate;
  readonly #onRequested: () => void;

  constructor(requests: ResendRequests, gate: ProjectionGate, onRequested: () => void) {
    this.#requests = requests;
    this.#gate = gate;
    this.#onRequested = onRequested;
  }

  async request(owner: Owner, deliveryId: string, actor: string, nowMs: number): Promise<ResendOutcome> {
    // In this order: what is found before the projection has caught up may know too few rounds, or not the delivery.
    if (!(await this.#gate.isOpen())) return { kind: 'catching up' };
    const delivery = await this.#requests.find(owner, deliveryId);
    // A rebuild may have emptied the tables in between.
    if (delivery === undefined) return { kind: (await this.#gate.isOpen()) ? 'not found' : 'catching up' };
    const next = nextRound(delivery.seen, delivery.requested);
    if (next.kind === 'open') return { kind: 'round open', nextAttemptAtMs: next.nextAttemptAtMs };
    if (!delivery.hasBody) return { kind: 'body not kept' };
    const { round } = next;
    // Two clicks come to the same round, and one of them has it.
    if (
      !(await this.#requests.add(owner, { deliveryId: delivery.deliveryId, round, actor, bulkId: null, atMs: nowMs }))
    ) {
      return { kind: 'round open', nextAttemptAtMs: null };
    }
    this.#onRequested();
    return { kind: 'requested', round };
  }
}
