/** Wakes one waiter. A push while nobody waits is kept, so that none is lost between a look and the next wait. */
export class Nudge {
  #isPushed = false;
  #wake: (() => void) | undefined;

  push(): void {
    this.#isPushed = true;
    this.#wake?.();
  }

  /** Resolves at the next push, at once for one that came before, or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#isPushed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#isPushed = false;
  }
}
