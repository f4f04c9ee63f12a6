/** `npm run bench -- webhooks`: 100,000 webhooks in memory, and a sender that takes all partitions over. docs/benchmarks.md. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventGroups } from './delivery/endpoints.ts';
import type { Session } from './delivery/session.ts';
import type { OwnServices } from './delivery/system.ts';
import { appendWebhooks } from './delivery/webhooks-on-the-log.ts';
import type { Figure } from './figures/figure.ts';
import { figuresCommand, WARM_UP } from './figures/figures-command.ts';

const WEBHOOKS = 100_000;
const ENDPOINTS = 100;
const DRAIN_EVENTS = 60_000;
const RUNS = 3;
const SENDER = 'dispatcher-sender';
const WATCHED = ['dispatcher-router', SENDER];
/** Of 10^6 bytes. */
const MOST_MB = 600;
const LOOK_EVERY_MS = 20;
const GIVEN_UP_AFTER_MS = 60_000;

const readySeconds = new Map<string, number[]>(WATCHED.map((name) => [name, []]));
const memoryWhenReadyMB = new Map<string, number[]>(WATCHED.map((name) => [name, []]));
const memoryAfterDrainMB = new Map<string, number[]>(WATCHED.map((name) => [name, []]));
const backSeconds: number[] = [];

process.exitCode = await figuresCommand({
  name: 'webhooks',
  session: { endpoints: ENDPOINTS, fanout: 1 },
  env: { LOG_LEVEL: 'info' },
  run: async (session, _signal, system) => {
    const { services, keyring } = system;
    if (services === undefined || keyring === undefined) throw new Error('it needs a system of its own');
    const others = eventGroups(ENDPOINTS + WEBHOOKS)
      .slice(ENDPOINTS)
      .map((group, number) => ({ group, url: `http://127.0.0.1:9/${number}` }));
    await appendWebhooks(system, keyring, others, ENDPOINTS);
    for (let run = 0; run < RUNS; run++) {
      for (const name of WATCHED) {
        await services.stop(name);
        const startedAtMs = performance.now();
        await services.start(name);
        readySeconds.get(name)?.push((performance.now() - startedAtMs) / 1_000);
        noteMemory(session, name, memoryWhenReadyMB);
      }
    }
    await session.phase(WARM_UP);
    for (let run = 0; run < RUNS; run++) {
      backSeconds.push(await takeOver(session, services));
      for (const name of WATCHED) noteMemory(session, name, memoryAfterDrainMB);
    }
  },
  figures: () => [
    ...WATCHED.flatMap((name): Figure[] => [
      { what: `${name}: ready with ${WEBHOOKS} webhooks`, unit: 's', runs: readySeconds.get(name) ?? [], atMost: 10 },
      { what: `${name}: memory then`, unit: 'MB', runs: memoryWhenReadyMB.get(name) ?? [], atMost: MOST_MB },
      { what: `${name}: memory after a drain`, unit: 'MB', runs: memoryAfterDrainMB.get(name) ?? [], atMost: MOST_MB },
    ]),
    { what: 'sending again after all partitions were assigned', unit: 's', runs: backSeconds, atMost: 10 },
  ],
});

function noteMemory(session: Session, name: string, into: ReadonlyMap<string, number[]>): void {
  into.get(name)?.push((session.memoryBytes().get(name) ?? Number.NaN) / 1e6);
}

/** Kills the only sender under drain and starts it again; seconds from its assignment to the first delivery. */
async function takeOver(session: Session, services: OwnServices): Promise<number> {
  const drained = session.phase({ name: 'drain, its sender killed', events: DRAIN_EVENTS, mayDuplicate: true });
  while ((await session.arrived()) < DRAIN_EVENTS / 6) await sleep(LOOK_EVERY_MS);
  await services.kill(SENDER);
  const joinsBefore = (await joinTimes(services)).length;
  const before = await session.arrived();
  void services.start(SENDER);
  const giveUpAtMs = Date.now() + GIVEN_UP_AFTER_MS;
  while ((await session.arrived()) <= before && Date.now() < giveUpAtMs) await sleep(LOOK_EVERY_MS);
  const againAtMs = Date.now();
  const assignedAtMs = (await joinTimes(services))[joinsBefore] ?? Number.NaN;
  await drained;
  return (againAtMs - assignedAtMs) / 1_000;
}

/** When the sender's process was given partitions, by its log, Unix ms. */
async function joinTimes(services: OwnServices): Promise<readonly number[]> {
  const lines = (await readFile(services.logFile(SENDER), 'utf8')).split('\n');
  const joins = lines.filter((line) => line.includes('"kafka.group_joined"'));
  return joins.map((line) => (JSON.parse(line) as { readonly time: number }).time);
}
