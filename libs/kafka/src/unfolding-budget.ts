import { decompress, UnfoldsTooFar } from './batch-compression.ts';

/** A publisher decides how far its bytes unfold, and a MiB of zstd can become GiBs. */
export const MAX_UNFOLDED_BYTES = 64 * 1024 * 1024;

/** What the compressed batches of one fetch may unfold to together: all of them are in memory at once. */
export class UnfoldingBudget {
  #left = MAX_UNFOLDED_BYTES;

  /**
   * @returns undefined where the others have left too little: there is room in the next fetch. Throws where the bytes are not
   * of that codec, or would not fit by themselves either.
   */
  unfold(codec: number, bytes: Buffer): Buffer | undefined {
    if (codec === 0) return bytes;
    if (this.#left === 0) return undefined;
    try {
      const unfolded = decompress(codec, bytes, this.#left);
      this.#left -= unfolded.length;
      return unfolded;
    } catch (cause) {
      if (cause instanceof UnfoldsTooFar && this.#left < MAX_UNFOLDED_BYTES) return undefined;
      throw cause;
    }
  }
}
