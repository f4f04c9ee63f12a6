/**
 * `npm run soak`: ten minutes of open loop, some endpoints failing all along, and whether the memory of each process stays
 * flat. docs/benchmarks.md.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { senderFacts } from './delivery/sender-facts.ts';
import { medianOf, type Figure } from './figures/figure.ts';
import { figuresCommand, WARM_UP } from './figures/figures-command.ts';

const RATE = 500;
const SECONDS = Number(process.argv[2] ?? 600);
const SAMPLE_EVERY_MS = 5_000;
const ENDPOINTS = 100;
/** The last of them, two in each way: what comes to them is tried again, put off and held by breakers all along. */
const FAULTS = ['refuses', 'hangs', 'closes', 'falters'] as const;
const FAILING = { first: ENDPOINTS - 2 * FAULTS.length, count: 2 * FAULTS.length };
const WATCHED = ['dispatcher-router', 'dispatcher-sender', 'dispatcher-scheduler'];
/** What must have been part of it, by the kinds and details of the sender's facts. */
const WENT_WRONG = [
  ['attempts answered with 503', 'attempted http-status'],
  ['attempts never answered', 'attempted timeout'],
  ['attempts cut off', 'attempted reset'],
  ['breakers opened', 'breaker-changed open'],
  ['deliveries put off by a breaker', 'deferred breaker open'],
] as const;
/** Of the median of the third fifth, by that of the last one; before that heaps still find their size. */
const MOST_GROWTH_PERCENT = 5;

const samples = new Map<string, number[]>(WATCHED.map((name) => [name, []]));
let told: ReadonlyMap<string, number> = new Map();

process.exitCode = await figuresCommand({
  name: 'soak',
  session: { endpoints: ENDPOINTS, fanout: 1 },
  run: async (session, signal, system) => {
    await session.phase(WARM_UP);
    await session.fail(FAILING, FAULTS);
    const ended = new AbortController();
    const sampling = sample(ended.signal, () => session.memoryBytes());
    await session.phase({ name: `${RATE}/s`, events: RATE * SECONDS, ratePerSecond: RATE });
    ended.abort();
    await sampling;
    signal.throwIfAborted();
    told = await senderFacts(system);
  },
  figures: () => [...WATCHED.flatMap(growth), ...WENT_WRONG.map(([what, fact]) => wentWrong(what, fact))],
  isBinding: true,
});

async function sample(ended: AbortSignal, memoryBytes: () => ReadonlyMap<string, number>): Promise<void> {
  while (!ended.aborted) {
    const now = memoryBytes();
    for (const [name, values] of samples) values.push(now.get(name) ?? Number.NaN);
    await sleep(SAMPLE_EVERY_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

function wentWrong(what: string, fact: string): Figure {
  return { what, unit: '', runs: [told.get(fact) ?? 0], atLeast: 1 };
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
