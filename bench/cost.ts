/** `npm run bench -- cost`: CPU of each process for a delivery, under drain by HTTP, and at a steady rate by HTTP and TLS. docs/benchmarks.md. */
import { cpuUsPerDelivery, figuresCommand, WARM_UP } from './figures/figures-command.ts';
import type { Figure } from './figures/figure.ts';

const RUNS = 3;
const EVENTS = 40_000;
/** A drain would be one of handshakes, for which the receiver has too few of two cores. */
const STEADY_RATE = 2_000;
const STEADY_EVENTS = STEADY_RATE * 8;
const PATH = ['dispatcher-router', 'dispatcher-sender', 'dispatcher-scheduler', 'Kafka'];
const PLAIN = { first: 0, count: 100 };
const SECURE = { first: 100, count: 100 };

process.exitCode = await figuresCommand({
  name: 'cost',
  session: { endpoints: 200, fanout: 1, secure: SECURE.count },
  run: async (session) => {
    for (const groups of [PLAIN, SECURE]) await session.phase({ ...WARM_UP, groups });
    for (let run = 0; run < RUNS; run++) {
      await session.phase({ name: 'HTTP', events: EVENTS, groups: PLAIN });
      // What TLS adds is told only by the same rate without it: batches are small, and cost a delivery more than under drain.
      await session.phase({ name: 'HTTP, steady', events: STEADY_EVENTS, groups: PLAIN, ratePerSecond: STEADY_RATE });
      await session.phase({ name: 'TLS', events: STEADY_EVENTS, groups: SECURE, ratePerSecond: STEADY_RATE });
    }
  },
  figures: (phases) => {
    const of = (phase: string, names: readonly string[]): number[] =>
      phases.filter(({ name }) => name === phase).map((measured) => cpuUsPerDelivery(measured, names));
    const one = (name: string): Figure => ({ what: `${name}, HTTP`, unit: 'µs', runs: of('HTTP', [name]) });
    return [
      { ...one('dispatcher-sender'), atMost: 50 },
      { what: 'dispatcher-sender, HTTP at 2,000/s', unit: 'µs', runs: of('HTTP, steady', ['dispatcher-sender']) },
      { what: 'dispatcher-sender, TLS at 2,000/s', unit: 'µs', runs: of('TLS', ['dispatcher-sender']), atMost: 80 },
      one('dispatcher-router'),
      one('dispatcher-scheduler'),
      one('Kafka'),
      { what: 'router, sender, scheduler and Kafka, HTTP', unit: 'µs', runs: of('HTTP', PATH), atMost: 100 },
      {
        what: 'received, HTTP, everything on this machine',
        unit: '/s',
        runs: phases
          .filter(({ name }) => name === 'HTTP')
          .map(({ result }) => (result.arrived / (result.lastAtUs - result.firstAtUs)) * 1e6),
      },
    ];
  },
});
