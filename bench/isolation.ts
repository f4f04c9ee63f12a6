/** `npm run bench -- isolation`: what endpoints that never answer do to the others (invariant 4). docs/benchmarks.md. */
import { ratePerSecondOf } from './delivery/run-delivery.ts';
import type { MeasuredPhase } from './delivery/session.ts';
import { medianOf, type Figure } from './figures/figure.ts';
import { figuresCommand, WARM_UP } from './figures/figures-command.ts';

const ANSWERING = 100;
const RUNS = 3;
const RATE = 200;
const OPEN_LOOP_EVENTS = RATE * 12;
const HANGING_FIRST = 2_000;
const DRAIN_EVENTS = 40_000;
const MOST_HANGING = 10;
/** Behind those that answer: some for the drains, and one for each run of the open loop, whose breaker is closed yet. */
const HANGING = { first: ANSWERING, count: MOST_HANGING + RUNS };
const OTHERS = { first: 1, count: ANSWERING - 1 };
/** Behind one that hangs, a percentile is as alone up to so much of it and so many ms more: runs alone differ as much. */
const AS_ALONE = { times: 1.25, plusMs: 1 };
const ALONE = `${RATE}/s to 99, alone`;
const BEHIND = `${RATE}/s to 99, behind ${HANGING_FIRST} to one that hangs`;
const drainWith = (hanging: number): string => `drain with ${hanging} of 100 hanging`;

process.exitCode = await figuresCommand({
  name: 'isolation',
  session: { endpoints: ANSWERING + HANGING.count, fanout: 1 },
  run: async (session) => {
    await session.phase(WARM_UP);
    await session.fail(HANGING, ['hangs']);
    const others = { events: OPEN_LOOP_EVENTS, ratePerSecond: RATE, groups: OTHERS };
    for (let run = 0; run < RUNS; run++) {
      await session.phase({ name: ALONE, ...others });
      await session.publishToFailing(HANGING_FIRST, { first: ANSWERING + MOST_HANGING + run, count: 1 });
      await session.phase({ name: BEHIND, ...others });
    }
    for (let run = 0; run < RUNS; run++) {
      for (const hanging of [0, 1, MOST_HANGING]) {
        await session.phase({ name: drainWith(hanging), events: DRAIN_EVENTS, groups: { first: hanging, count: 100 } });
      }
    }
  },
  figures: (phases) => {
    const of = (name: string): readonly MeasuredPhase[] => phases.filter((phase) => phase.name === name);
    const latency = (name: string, percentile: 'p50' | 'p99'): number[] =>
      of(name).flatMap(({ result }) => result.latencyMs?.[percentile] ?? []);
    const asAlone = (percentile: 'p50' | 'p99'): Figure[] => {
      const alone = latency(ALONE, percentile);
      const atMost = Number((medianOf(alone) * AS_ALONE.times + AS_ALONE.plusMs).toFixed(1));
      return [
        { what: `${percentile} of ${ALONE}`, unit: 'ms', runs: alone },
        { what: `${percentile} of ${BEHIND}`, unit: 'ms', runs: latency(BEHIND, percentile), atMost },
      ];
    };
    const baseRate = medianOf(of(drainWith(0)).map(ratePerSecondOf));
    const share = (hanging: number): Figure => {
      const answering = (100 - hanging) / 100;
      const runs = of(drainWith(hanging)).map((phase) => (ratePerSecondOf(phase) / (baseRate * answering)) * 100);
      return { what: `the others' rate, ${drainWith(hanging)}`, unit: '%', runs, atLeast: 95 };
    };
    return [...asAlone('p50'), ...asAlone('p99'), share(1), share(10)];
  },
});
