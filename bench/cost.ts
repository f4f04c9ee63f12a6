/**
 * `npm run bench -- cost [--profile]`: CPU of each process for a delivery, under drain and at a steady rate, each by HTTP and
 * by TLS; `--profile` says besides where the sender's went. docs/benchmarks.md.
 */
import { cpuUsPerDelivery, figuresCommand, WARM_UP } from './figures/figures-command.ts';
import type { Figure } from './figures/figure.ts';
import { readMetrics } from './measure/metrics.ts';
import type { System } from './delivery/system.ts';

const RUNS = 3;
const EVENTS = 40_000;
const RATE = 2_000;
const STEADY = { events: RATE * 8, ratePerSecond: RATE };
const STEADY_HTTP = `HTTP at ${RATE}/s`;
const STEADY_TLS = `TLS at ${RATE}/s`;
const SENDER = 'dispatcher-sender';
const PATH = ['dispatcher-router', SENDER, 'dispatcher-scheduler', 'Kafka'];
const PLAIN = { first: 0, count: 100 };
const SECURE = { first: 100, count: 100 };

/** For each 1,000 deliveries of a phase: a handshake costs as much as many POSTs. */
const handshakes = new Map<string, number[]>();

process.exitCode = await figuresCommand({
  name: 'cost',
  session: { endpoints: 200, fanout: 1, secure: SECURE.count },
  profiled: {
    service: SENDER,
    phases: [
      { name: 'HTTP, profiled', events: EVENTS, groups: PLAIN },
      { name: 'TLS, profiled', events: EVENTS, groups: SECURE },
    ],
  },
  run: async (session, _signal, system) => {
    for (const groups of [PLAIN, SECURE]) await session.phase({ ...WARM_UP, groups });
    for (let run = 0; run < RUNS; run++) {
      await session.phase({ name: 'HTTP', events: EVENTS, groups: PLAIN });
      await session.phase({ name: STEADY_HTTP, ...STEADY, groups: PLAIN });
      for (const phase of [
        { name: 'TLS', events: EVENTS },
        { name: STEADY_TLS, ...STEADY },
      ]) {
        const before = await handshakesOf(system);
        await session.phase({ ...phase, groups: SECURE });
        const made = ((await handshakesOf(system)) - before) / (phase.events / 1_000);
        handshakes.set(phase.name, [...(handshakes.get(phase.name) ?? []), made]);
      }
    }
  },
  figures: (phases) => {
    const of = (phase: string, names: readonly string[]): number[] =>
      phases.filter(({ name }) => name === phase).map((measured) => cpuUsPerDelivery(measured, names));
    const one = (name: string, phase = 'HTTP'): Figure => ({
      what: `${name}, ${phase}`,
      unit: 'µs',
      runs: of(phase, [name]),
    });
    const shaken = (phase: string): Figure => ({
      what: `own handshakes waited for, of 1,000, ${phase}`,
      unit: '',
      runs: handshakes.get(phase) ?? [],
    });
    return [
      { ...one(SENDER), atMost: 50 },
      { ...one(SENDER, 'TLS'), atMost: 80 },
      shaken('TLS'),
      one(SENDER, STEADY_HTTP),
      one(SENDER, STEADY_TLS),
      shaken(STEADY_TLS),
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

/** Since the sender began. */
async function handshakesOf(system: System): Promise<number> {
  const metrics = await readMetrics(system.opsUrls().get(SENDER) ?? '');
  return metrics.get('signalbox_dispatcher_attempt_step_duration_seconds_count{step="tls"}') ?? 0;
}
