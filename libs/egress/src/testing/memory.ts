import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that are still referred to, which no collection would give back; a buffer's are counted in `external`. */
export function retainedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Twice: what the first frees of the heap lets the second free buffers outside of it.
  for (let pass = 0; pass < 2; pass++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Not oftener: a look collects garbage, which is slow in a process with a large heap. */
const LOOK_EVERY_MS = 500;

/** The most that is still referred to at any look between its making and `stop`: garbage says more of the process than of a test. */
export class MemoryPeak {
  readonly #looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  #bytes = retainedBytes();

  stop(): number {
    clearInterval(this.#looking);
    this.#look();
    return this.#bytes;
  }

  #look(): void {
    this.#bytes = Math.max(this.#bytes, retainedBytes());
  }
}
