import { createHmac, createSecretKey } from 'node:crypto';

const ROUNDS = 5;
const TIMES = 4_000;
const KEY = createSecretKey(Buffer.alloc(32, 'k'));
const BODY = Buffer.alloc(1_024, 'b');
const TEXT = JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`name${index}`, index ** 3])));

/**
 * What this processor takes for two small things, in µs of CPU, the best of some rounds: figures of different machines, or of
 * one whose neighbours are busy, are compared by it. A HMAC-SHA256 of 1 KiB depends on the processor's instructions for SHA.
 */
export function yardstick(): { readonly hmacUs: number; readonly jsonUs: number } {
  return {
    hmacUs: best(() => createHmac('sha256', KEY).update(BODY).digest('base64')),
    jsonUs: best(() => JSON.parse(TEXT)),
  };
}

function best(work: () => unknown): number {
  let leastUs = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let time = 0; time < TIMES; time++) work();
    const { user, system } = process.cpuUsage(before);
    leastUs = Math.min(leastUs, (user + system) / TIMES);
  }
  return leastUs;
}
