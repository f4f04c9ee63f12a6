import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What this process holds: a buffer's bytes are counted in `external`. */
const heldBytes = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** Bytes that are still referred to: what no collection would give back. */
export function retainedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Twice: what the first frees of the heap lets the second free buffers outside of it.
  for (let pass = 0; pass < 2; pass++) collect();
  return heldBytes();
}

const LOOK_EVERY_MS = 10;

/** The most that is held, garbage included, at any look between its making and `stop`. */
export class MemoryPeak {
  readonly #looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  #bytes = heldBytes();

  stop(): number {
    clearInterval(this.#looking);
    this.#look();
    return this.#bytes;
  }

  #look(): void {
    this.#bytes = Math.max(this.#bytes, heldBytes());
  }
}
