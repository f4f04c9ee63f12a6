import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@signalbox/sandbox';
import { startOwnSystem } from '../delivery/own-system.ts';
import { judge } from '../delivery/report.ts';
import { LINGER_MS } from '../delivery/run-delivery.ts';
import { Session, type MeasuredPhase, type SessionOptions } from '../delivery/session.ts';
import { currentLoad, machineLines } from '../measure/machine.ts';
import { figureTable, type Figure } from './figure.ts';

/** monitoring and config-service have no part in a delivery, and two cores are few: they stand still. */
const SERVICES = ['dispatcher-router', 'dispatcher-sender', 'dispatcher-scheduler'] as const satisfies ServiceName[];

export interface Measuring {
  readonly name: string;
  readonly session: SessionOptions;
  readonly run: (session: Session, signal: AbortSignal) => Promise<void>;
  /** Of the phases that `run` made. */
  readonly figures: (phases: readonly MeasuredPhase[]) => readonly Figure[];
}

/**
 * Runs a measurement on a system of its own and prints its figures beside their targets. Answers the exit code: 0 when all
 * that was owed arrived once and rightly signed, whether or not a target was met; on a busy machine a figure says little.
 */
export async function figuresCommand({ name, session: options, run, figures }: Measuring): Promise<number> {
  const ending = new AbortController();
  const { signal } = ending;
  const interrupt = (): void => ending.abort(new Error('interrupted'));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, interrupt);
  const startedAtMs = performance.now();
  const onLine = (line: string): void => {
    console.log(`${((performance.now() - startedAtMs) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  };
  const load = currentLoad();
  const dir = await mkdtemp(join(tmpdir(), `signalbox-${name}-${randomBytes(2).toString('hex')}-`));
  try {
    const system = { services: SERVICES, profiled: [], env: {} };
    const { phases, receiver } = await Session.run(
      options,
      async ({ authority }) => {
        const caFile = join(dir, 'authority.pem');
        await writeFile(caFile, authority);
        const control = { signal, onLine, onFatal: (error: Error): void => ending.abort(error) };
        return startOwnSystem({ ...system, env: { EGRESS_CA_FILE: caFile } }, dir, control);
      },
      { signal, onLine },
      async (session) => {
        await run(session, signal);
        await sleep(LINGER_MS, undefined, { signal });
        return { phases: await session.measured(), receiver: await session.receiver() };
      },
    );
    const verdict = judge({ phases, receiver });
    const head = ['', `npm run bench -- ${name}`, ...machineLines(true, load), 'without monitoring and config-service'];
    for (const line of [...head, '', ...figureTable(figures(phases)), '', ...verdict.lines]) console.log(line);
    return verdict.isPassed ? 0 : 1;
  } catch (error) {
    console.error(signal.aborted ? signal.reason : error);
    return 1;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** CPU of some processes together, in microseconds for each delivery that arrived. */
export function cpuUsPerDelivery({ cpuSeconds, result }: MeasuredPhase, processes: readonly string[]): number {
  const seconds = processes.reduce((sum, name) => sum + (cpuSeconds.get(name) ?? 0), 0);
  return (seconds / Math.max(1, result.arrived)) * 1e6;
}
