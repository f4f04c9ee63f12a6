import { parseArgs } from 'node:util';
import { Simulation } from './simulation.ts';

/** `npm run simulate -- [--seeds <count>] [--from <seed>]`: exits with 1 and names each seed that broke an invariant. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } },
});
const count = Number(values.seeds);
const from = Number(values.from);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(from) || from < 0) {
  process.stderr.write('--seeds: a count from 1; --from: a seed from 0\n');
  process.exit(2);
}

const startedAtMs = performance.now();
let [faulty, steps, posts, virtualMs] = [0, 0, 0, 0];
for (let seed = from; seed < from + count; seed++) {
  const result = await new Simulation(seed).run();
  steps += result.steps;
  posts += result.posts;
  virtualMs += result.virtualMs;
  if (result.fault === undefined) continue;
  faulty++;
  process.stderr.write(`seed ${seed}: ${result.fault}\n  again: npm run simulate -- --seeds 1 --from ${seed}\n`);
}
const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
const hours = (virtualMs / 3_600_000).toFixed(1);
process.stdout.write(
  `${count} seeds in ${seconds} s: ${steps} steps, ${posts} POSTs, ${hours} h of virtual time, ${faulty} faulty\n`,
);
process.exitCode = faulty === 0 ? 0 : 1;
