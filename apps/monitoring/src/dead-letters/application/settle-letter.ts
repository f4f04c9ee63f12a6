import type { LetterId, SettledLetter } from '../domain/letter.ts';
import type { RedriveTargets } from '../domain/redrive.ts';
import { redrivenRecord, whyNotRedrivable } from '../domain/redrive.ts';
import type { Letters } from './letters.port.ts';
import type { SourceLog } from './source-log.port.ts';

export interface SettleLetterDeps {
  readonly letters: Letters;
  readonly source: SourceLog;
  readonly targets: RedriveTargets;
  readonly now: () => number;
}

export type SettleOutcome =
  | { readonly kind: 'settled'; readonly letter: SettledLetter }
  | { readonly kind: 'absent' }
  /** It is decided already, or cannot go back; for people. */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Decides about dead letters. A letter is redriven before it is marked: killed in between it stays open, and redriven once
 * more it makes deliveries of the same ids, which receivers know by `webhook-id`.
 */
export class SettleLetter {
  readonly #deps: SettleLetterDeps;

  constructor(deps: SettleLetterDeps) {
    this.#deps = deps;
  }

  async redrive(id: LetterId, by: string): Promise<SettleOutcome> {
    const { source, targets } = this.#deps;
    return this.#settle(id, 'redriven', by, async (letter) => {
      const why = whyNotRedrivable(letter, targets);
      const record = why === null ? redrivenRecord(letter, targets) : undefined;
      if (record !== undefined) await source.append(record);
      return why;
    });
  }

  async drop(id: LetterId, by: string): Promise<SettleOutcome> {
    return this.#settle(id, 'dropped', by, (letter) =>
      Promise.resolve(letter.status === 'open' ? null : `it is ${letter.status} already`),
    );
  }

  async #settle(
    id: LetterId,
    status: 'redriven' | 'dropped',
    by: string,
    work: (letter: Parameters<Parameters<Letters['settle']>[2]>[0]) => Promise<string | null>,
  ): Promise<SettleOutcome> {
    let refusal: string | null = null;
    const letter = await this.#deps.letters.settle(id, { status, by, atMs: this.#deps.now() }, async (held) => {
      refusal = await work(held);
      return refusal === null;
    });
    if (letter === 'absent') return { kind: 'absent' };
    if (letter === 'held by another')
      return { kind: 'refused', why: 'another decision about it is under way; try again soon' };
    return refusal === null ? { kind: 'settled', letter } : { kind: 'refused', why: refusal };
  }
}
