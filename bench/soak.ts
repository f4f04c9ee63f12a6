/** `npm run soak`: ten minutes of open loop, and whether the memory of each process stays flat. docs/benchmarks.md. */
import { setTimeout as sleep } from 'node:timers/promises';
import { medianOf, type Figure } from './figures/figure.ts';
import { figuresCommand, WARM_UP } from './figures/figures-command.ts';

const RATE = 500;
const SECONDS = Number(process.argv[2] ?? 600);
const SAMPLE_EVERY_MS = 5_000;
const WATCHED = ['dispatcher-router', 'dispatcher-sender', 'dispatcher-scheduler'];
/** Of the median of the third fifth, by that of the last one; before that heaps still find their size. */
const MOST_GROWTH_PERCENT = 5;

const samples = new Map<string, number[]>(WATCHED.map((name) => [name, []]));

process.exitCode = await figuresCommand({
  name: 'soak',
  session: { endpoints: 100, fanout: 1 },
  run: async (session, signal) => {
    await session.phase(WARM_UP);
    const ended = new AbortController();
    const sampling = sample(ended.signal, () => session.memoryBytes());
    await session.phase({ name: `${RATE}/s`, events: RATE * SECONDS, ratePerSecond: RATE });
    ended.abort();
    await sampling;
    signal.throwIfAborted();
  },
  figures: () => WATCHED.flatMap(growth),
  isBinding: true,
});

async function sample(ended: AbortSignal, memoryBytes: () => ReadonlyMap<string, number>): Promise<void> {
  while (!ended.aborted) {
    const now = memoryBytes();
    for (const [name, values] of samples) values.push(now.get(name) ?? Number.NaN);
    await sleep(SAMPLE_EVERY_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

function growth(name: string): readonly Figure[] {
  const values = samples.get(name) ?? [];
  const fifth = (index: number): number =>
    medianOf(values.slice((values.length * index) / 5, (values.length * (index + 1)) / 5));
  const grownPercent = (fifth(4) / fifth(2) - 1) * 100;
  return [
    { what: `${name}: memory at the end`, unit: 'MiB', runs: [fifth(4) / 2 ** 20] },
    { what: `${name}: growth since the middle`, unit: '%', runs: [grownPercent], atMost: MOST_GROWTH_PERCENT },
  ];
}
