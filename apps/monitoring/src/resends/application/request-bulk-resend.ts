import type { BulkResend, ResendFilter } from '../domain/bulk-resend.ts';
import { upTo } from '../domain/bulk-resend.ts';
import type { BulkResends, KEY_MISMATCH, NewBulkResend } from './bulk-resends.port.ts';
import type { ProjectionGate } from './projection-gate.ts';
import type { Owner } from './resend-requests.port.ts';

/** The projection does not know yet which deliveries there are. */
export const CATCHING_UP = 'catching up';

/** Takes down that many deliveries are to be sent again, once it is known which there are; the relay does the rest. */
export class RequestBulkResend {
  readonly #bulks: Pick<BulkResends, 'count' | 'create'>;
  readonly #gate: ProjectionGate;

  constructor(bulks: Pick<BulkResends, 'count' | 'create'>, gate: ProjectionGate) {
    this.#bulks = bulks;
    this.#gate = gate;
  }

  async count(owner: Owner, filter: ResendFilter, atMs: number): Promise<number | typeof CATCHING_UP> {
    const matching = await this.#bulks.count(owner, upTo(filter, atMs));
    // Behind the count: a rebuild may empty the tables at any time.
    return (await this.#gate.isOpen()) ? matching : CATCHING_UP;
  }

  async create(owner: Owner, bulk: NewBulkResend): Promise<BulkResend | typeof CATCHING_UP | typeof KEY_MISMATCH> {
    const matching = await this.count(owner, bulk.request.filter, bulk.atMs);
    return matching === CATCHING_UP ? CATCHING_UP : this.#bulks.create(owner, bulk, matching);
  }
}
