import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment, SandboxOptions, ServiceName } from '@signalbox/sandbox';
import { startOwnSystem } from '../delivery/own-system.ts';
import { judge } from '../delivery/report.ts';
import { LINGER_MS } from '../delivery/run-delivery.ts';
import type { PhaseOptions } from '../delivery/phase.ts';
import { Session, type MeasuredPhase, type SessionOptions } from '../delivery/session.ts';
import type { System } from '../delivery/system.ts';
import { profilePhase } from './profile-phase.ts';
import { currentLoad, machineLines } from '../measure/machine.ts';
import { figureTable, isMet, type Figure } from './figure.ts';

/** monitoring and config-service have no part in a delivery, and two cores are few: they stand still. */
const SERVICES = ['dispatcher-router', 'dispatcher-sender', 'dispatcher-scheduler'] as const satisfies ServiceName[];

/** Slow enough that cold processes put nothing off: what waits in a retry tier would come back in the next phase. */
export const WARM_UP = { name: 'warm-up', events: 20_000, ratePerSecond: 2_000 } as const;

export interface Measuring {
  readonly name: string;
  readonly session: SessionOptions;
  /** Of the dispatcher's processes. */
  readonly env?: Environment;
  /** More than one process of a service. */
  readonly instances?: NonNullable<SandboxOptions['instances']>;
  readonly run: (session: Session, signal: AbortSignal, system: System) => Promise<void>;
  /** Of the phases that `run` made. */
  readonly figures: (phases: readonly MeasuredPhase[]) => readonly Figure[];
  /** With the option `--profile` this service's CPU profile of each of these phases is taken, behind all others. */
  readonly profiled?: { readonly service: (typeof SERVICES)[number]; readonly phases: readonly PhaseOptions[] };
  /** A missed target fails the command. Default false: on a busy machine a figure of time says little. */
  readonly isBinding?: boolean;
}

/**
 * Runs a measurement on a system of its own and prints its figures beside their targets. Answers the exit code: 0 when all
 * that was owed arrived once and rightly signed, and no binding target was missed.
 */
export async function figuresCommand(measuring: Measuring): Promise<number> {
  const { name, session: options, run, figures, isBinding = false } = measuring;
  const profiled = process.argv.includes('--profile') ? measuring.profiled : undefined;
  const ending = new AbortController();
  const { signal } = ending;
  const interrupt = (): void => ending.abort(new Error('interrupted'));
  for (const one of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(one, interrupt);
  const startedAtMs = performance.now();
  const onLine = (line: string): void => {
    console.log(`${((performance.now() - startedAtMs) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  };
  const load = currentLoad();
  const dir = await mkdtemp(join(tmpdir(), `signalbox-${name}-${randomBytes(2).toString('hex')}-`));
  try {
    const services = {
      services: SERVICES,
      profiled: profiled === undefined ? [] : [profiled.service],
      ...(measuring.instances && { instances: measuring.instances }),
    };
    const profiles: string[] = [];
    const { phases, receiver } = await Session.run(
      options,
      async ({ authority }) => {
        const caFile = join(dir, 'authority.pem');
        await writeFile(caFile, authority);
        const control = { signal, onLine, onFatal: (error: Error): void => ending.abort(error) };
        return startOwnSystem({ ...services, env: { ...measuring.env, EGRESS_CA_FILE: caFile } }, dir, control);
      },
      { signal, onLine },
      async (session, system) => {
        await run(session, signal, system);
        for (const phase of profiled?.phases ?? []) {
          profiles.push(...(await profilePhase(session, phase, profiled?.service ?? '', dir)));
        }
        await sleep(LINGER_MS, undefined, { signal });
        return { phases: await session.measured(), receiver: await session.receiver() };
      },
    );
    const verdict = judge({ phases, receiver });
    const head = ['', `npm run bench -- ${name}`, ...machineLines(true, load), 'without monitoring and config-service'];
    const measured = figures(phases);
    for (const line of [...head, '', ...figureTable(measured), '', ...verdict.lines, ...profiles]) console.log(line);
    return verdict.isPassed && (!isBinding || measured.every(isMet)) ? 0 : 1;
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
