import { randomFillSync } from 'node:crypto';

const BYTES = 24;
const POOL_BYTES = BYTES * 256;

/** Makes 48 random hex digits at a time, out of a pool: a call for each would cost as much as all else an event needs. */
export function randomDigits(): () => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let at = POOL_BYTES;
  return () => {
    if (at === POOL_BYTES) {
      randomFillSync(pool);
      at = 0;
    }
    at += BYTES;
    return pool.toString('hex', at - BYTES, at);
  };
}
