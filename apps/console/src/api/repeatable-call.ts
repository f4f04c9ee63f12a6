import { isUnanswered } from './api-error.ts';

/** A call that is sent again after its answer got lost, and is to be done once. */
export class RepeatableCall {
  #text = '';
  #key = '';
  #sinceMs = 0;

  /** The `Idempotency-Key` to send with `content`, and when that was first tried: the same for as long as the content is. */
  keyOf(content: unknown, nowMs: number): { readonly key: string; readonly sinceMs: number } {
    const text = JSON.stringify(content);
    if (text !== this.#text) {
      this.#text = text;
      this.#key = crypto.randomUUID();
      this.#sinceMs = nowMs;
    }
    return { key: this.#key, sinceMs: this.#sinceMs };
  }

  /** Unless no answer came, the same content again is another call. `error`: what the call ended with, null where it was done. */
  settled(error: unknown): void {
    if (!isUnanswered(error)) this.#text = '';
  }
}
