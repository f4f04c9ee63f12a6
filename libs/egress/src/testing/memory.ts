import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that are still referred to, which no collection would give back; a buffer's are counted in `external`. */
function retainedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Twice: what the first frees of the heap lets the second free buffers outside of it.
  for (let pass = 0; pass < 2; pass++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * The most that was still referred to at any look since it was made: garbage says more of the process than of a test.
 * A look collects garbage, which holds a process with a large heap for a second or two, and the tests beside it: so there
 * are few, each at a moment that says something, and no timer that a failed test would leave behind.
 */
export class MemoryPeak {
  readonly #before = retainedBytes();
  #most = this.#before;

  look(): void {
    this.#most = Math.max(this.#most, retainedBytes());
  }

  /** Bytes above those of its making. */
  get growth(): number {
    return this.#most - this.#before;
  }

  /** As `growth`, of now. */
  retainedNow(): number {
    return retainedBytes() - this.#before;
  }
}
