import type { CallSlot, KeptAnswer } from '../domain/idempotent-call.ts';
import type { KeptAnswers } from './kept-answers.port.ts';

export type OnceOutcome =
  | { readonly kind: 'answered'; readonly answer: KeptAnswer }
  /** The key was used for another call. */
  | { readonly kind: 'mismatch' };

/**
 * Answers a call once. One that is refused has changed nothing and leaves its key free. Of two at the same time the
 * second waits in the database for the first to be committed, and gets its answer.
 */
export class AnswerOnce {
  readonly #answers: KeptAnswers;

  constructor(answers: KeptAnswers) {
    this.#answers = answers;
  }

  async answer(slot: CallSlot, fingerprint: string, work: () => Promise<KeptAnswer>): Promise<OnceOutcome> {
    const known = await this.#answers.find(slot);
    if (known !== undefined) return outcomeOf(known, fingerprint);
    try {
      const kept = await this.#answers.keep(slot, work);
      if (kept !== 'taken') return { kind: 'answered', answer: kept };
    } catch (error) {
      // The refusal may be that the twin has done it already.
      const twin = await this.#answers.find(slot).catch(() => undefined);
      if (twin === undefined) throw error;
      return outcomeOf(twin, fingerprint);
    }
    const twin = await this.#answers.find(slot);
    if (twin === undefined) throw new Error('an answer that was kept a moment ago is gone');
    return outcomeOf(twin, fingerprint);
  }
}

function outcomeOf(answer: KeptAnswer, fingerprint: string): OnceOutcome {
  return answer.fingerprint === fingerprint ? { kind: 'answered', answer } : { kind: 'mismatch' };
}
