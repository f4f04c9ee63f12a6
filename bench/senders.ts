/**
 * `npm run bench -- senders`: how much faster two senders drain the same backlog than one. docs/benchmarks.md.
 * `--anyway` measures on fewer cores too.
 */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './delivery/session.ts';
import type { OwnServices } from './delivery/system.ts';
import type { Figure } from './figures/figure.ts';
import { figuresCommand, WARM_UP } from './figures/figures-command.ts';

const RUNS = 3;
const EVENTS = 160_000;
const SENDERS = ['dispatcher-sender', 'dispatcher-sender-2'];
/** Two senders, the receiver and Kafka: with fewer the second sender takes its time from the first. */
const LEAST_CORES = 4;
/** Of the backlog, in which a rate is taken: neither processes that just began, nor what came back from a tier. */
const RATED = { from: 0.1, to: 0.9 };
const LOOK_EVERY_MS = 20;

/** Deliveries per second, by how many senders there were. */
const rates = new Map<number, number[]>([
  [1, []],
  [2, []],
]);

const cores = availableParallelism();
if (cores < LEAST_CORES && !process.argv.includes('--anyway')) {
  console.error(
    `This machine has ${cores} cores; two senders are faster than one where both, the receiver and Kafka have one each, ` +
      `so it takes ${LEAST_CORES}. With --anyway it is measured all the same.`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await figuresCommand({
    name: 'senders',
    session: { endpoints: 100, fanout: 1 },
    instances: { 'dispatcher-sender': SENDERS.length },
    run: async (session, signal, { services }) => {
      if (services === undefined) throw new Error('it needs a system of its own');
      await session.phase(WARM_UP);
      for (const name of SENDERS) await services.stop(name);
      for (let run = 0; run < RUNS; run++) {
        for (const [count, ofCount] of rates) {
          ofCount.push(await drainRate(session, services, SENDERS.slice(0, count), signal));
        }
      }
    },
    figures: () => {
      const [one = [], two = []] = [...rates.values()];
      const rate = (what: string, runs: readonly number[]): Figure => ({ what, unit: '/s', runs });
      const ratios = two.map((ofTwo, run) => ofTwo / (one[run] ?? Number.NaN));
      return [
        rate('drained by one sender', one),
        rate('drained by two senders', two),
        { what: 'two senders for one', unit: '×', runs: ratios, atLeast: 1.8 },
      ];
    },
  });
}

/** Fills the log while no sender runs, so that neither publisher nor router has a part in what follows, and lets them drain it. */
async function drainRate(
  session: Session,
  services: OwnServices,
  senders: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const over = new AbortController();
  const drained = session
    .phase({ name: `drain by ${senders.length}`, events: EVENTS })
    .finally(() => over.abort(new Error('the drain was over before it was measured')));
  const ending = AbortSignal.any([signal, over.signal]);
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await sleep(LOOK_EVERY_MS, undefined, { signal: ending });
  };
  const measured = (async () => {
    await until(async () => (await session.unsent()) >= EVENTS);
    await Promise.all(senders.map(async (name) => services.start(name)));
    await until(async () => (await session.senders()) === senders.length);
    const from = await whenArrived(session, (await session.arrived()) + RATED.from * EVENTS, until);
    const to = await whenArrived(session, RATED.to * EVENTS, until);
    if (to.arrived <= from.arrived) throw new Error('the backlog was drained before all senders were at work');
    return ((to.arrived - from.arrived) / (to.atMs - from.atMs)) * 1_000;
  })();
  const [rate] = await Promise.all([measured, drained]);
  await Promise.all(senders.map(async (name) => services.stop(name)));
  return rate;
}

async function whenArrived(
  session: Session,
  least: number,
  until: (isSo: () => Promise<boolean>) => Promise<void>,
): Promise<{ readonly arrived: number; readonly atMs: number }> {
  let arrived = 0;
  await until(async () => (arrived = await session.arrived()) >= Math.min(least, EVENTS));
  return { arrived, atMs: performance.now() };
}
