import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RangeResult } from './seed-range.ts';
import { addUp, NOTHING_RUN } from './seed-range.ts';

/**
 * `npm run simulate -- [--seeds <count>] [--from <seed>] [--workers <count>]`: spreads the seeds over worker processes;
 * exits with 1 and names each seed that broke an invariant.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});
const count = Number(values.seeds);
const first = Number(values.from);
const workers = Number(values.workers);
if (![count, first + 1, workers].every((value) => Number.isSafeInteger(value) && value >= 1)) {
  process.stderr.write('--seeds: a count from 1; --from: a seed from 0; --workers: a count from 1\n');
  process.exit(2);
}

/** Seeds given to a worker at a time: few, so that all end together. */
const PORTION = 25;
const startedAtMs = performance.now();
let next = first;
let sum = NOTHING_RUN;

async function work(): Promise<void> {
  const worker = fork(fileURLToPath(import.meta.resolve('./simulate-worker.js')));
  const ended = once(worker, 'exit').then(([code]) => {
    throw new Error(`a worker ended with ${String(code)}`);
  });
  ended.catch(() => {});
  while (next < first + count) {
    const portion = { from: next, count: Math.min(PORTION, first + count - next) };
    next += portion.count;
    worker.send(portion);
    const [result] = (await Promise.race([once(worker, 'message'), ended])) as [RangeResult];
    for (const { seed, fault } of result.faults) {
      process.stderr.write(`seed ${seed}: ${fault}\n  again: npm run simulate -- --seeds 1 --from ${seed}\n`);
    }
    sum = addUp(sum, result);
  }
  worker.disconnect();
}

await Promise.all(Array.from({ length: Math.min(workers, Math.ceil(count / PORTION)) }, work));
const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
const hours = (sum.virtualMs / 3_600_000).toFixed(1);
process.stdout.write(
  `${count} seeds in ${seconds} s: ${sum.steps} steps, ${sum.posts} POSTs, ${sum.skipped} skipped, ${sum.expired} expired, ` +
    `${hours} h of virtual time, ${sum.faults.length} faulty\n`,
);
process.exitCode = sum.faults.length === 0 ? 0 : 1;
