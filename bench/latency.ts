/** `npm run bench -- latency`: publish → received in an open loop at 200/s and at 1,000/s. docs/benchmarks.md. */
import type { Figure } from './figures/figure.ts';
import { figuresCommand, WARM_UP } from './figures/figures-command.ts';

const RUNS = 3;
const SECONDS = 12;
const TARGETS = [
  { ratePerSecond: 200, p50Ms: 5, p99Ms: 15 },
  { ratePerSecond: 1_000, p50Ms: 6, p99Ms: 30 },
] as const;

process.exitCode = await figuresCommand({
  name: 'latency',
  session: { endpoints: 100, fanout: 1 },
  run: async (session) => {
    await session.phase(WARM_UP);
    for (let run = 0; run < RUNS; run++) {
      for (const { ratePerSecond } of TARGETS) {
        await session.phase({ name: `${ratePerSecond}/s`, events: ratePerSecond * SECONDS, ratePerSecond });
      }
    }
  },
  figures: (phases) =>
    TARGETS.flatMap(({ ratePerSecond, p50Ms, p99Ms }): Figure[] => {
      const runs = phases.filter(({ name }) => name === `${ratePerSecond}/s`);
      const latencies = runs.flatMap(({ result }) => result.latencyMs ?? []);
      const what = `publish → received at ${ratePerSecond}/s`;
      return [
        { what: `${what}, p50`, unit: 'ms', runs: latencies.map(({ p50 }) => p50), atMost: p50Ms },
        { what: `${what}, p99`, unit: 'ms', runs: latencies.map(({ p99 }) => p99), atMost: p99Ms },
        { what: 'loader behind, at worst', unit: 'ms', runs: runs.map(({ published }) => published.latestMs) },
      ];
    }),
});
