import { repositoryRoot, type Sandbox } from '@signalbox/sandbox';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { profileLines } from '../measure/cpu-profile.ts';
import { currentLoad, machineLines } from '../measure/machine.ts';
import { usageOf } from '../measure/process-usage.ts';
import { FactPublisher } from './fact-publisher.ts';
import { onMonitoringSandbox } from './monitoring-sandbox.ts';
import { numberOptions } from './number-options.ts';

const USAGE = `npm run bench -- projector [options]
  --deliveries N  deliveries of which the CPU is counted, each with one attempt, every 20th with two; 60000 by default
  --warm-up N     deliveries before these, that nothing is counted of; 20000 by default
  --webhooks N    they belong to; 100 by default
  --profile       takes a CPU profile of monitoring`;

const AIM_US = 20;
const PARTITIONS = 12;
const PROJECTED_WITHIN_MS = 120_000;

/** Answers the exit code: 0 when it was measured, 1 when it could not be, 2 for wrong usage. */
export async function projectorCommand(args: readonly string[]): Promise<number> {
  const options = numberOptions(args, { deliveries: 60_000, 'warm-up': 20_000, webhooks: 100 }, ['profile']);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const load = currentLoad();
  const profile = join(repositoryRoot(), '.sandbox-profiles', 'monitoring.cpuprofile');
  const isProfiled = options.flags.has('profile');
  if (isProfiled) await mkdir(join(profile, '..'), { recursive: true });
  const code = await onMonitoringSandbox(isProfiled ? profiling(profile) : {}, ['monitoring'], async (sandbox) => {
    const publisher = await FactPublisher.start(sandbox.runInfo, options.webhooks, PARTITIONS);
    const database = new Client({ connectionString: sandbox.runInfo.databaseUrl });
    await database.connect();
    try {
      await publisher.publish(options['warm-up']);
      await projected(database, publisher.records);
      const before = { attempts: publisher.attempts, cpu: cpuSecondsOf(sandbox), at: performance.now() };
      const toggle = (): void => void (isProfiled && process.kill(sandbox.pidOf('monitoring') ?? 0, 'SIGUSR2'));
      toggle();
      await publisher.publish(options.deliveries);
      await projected(database, publisher.records);
      toggle();
      const after = cpuSecondsOf(sandbox);
      const seconds = (performance.now() - before.at) / 1_000;
      const attempts = publisher.attempts - before.attempts;
      const us = (name: 'monitoring' | 'postgres'): number => ((after[name] - before.cpu[name]) / attempts) * 1e6;
      const { written } = (await database.query<Written>(WRITTEN)).rows[0] ?? { written: 0 };
      const lines = [
        '',
        ['npm run bench -- projector', ...args].join(' '),
        ...machineLines(sandbox.kafka !== undefined, load),
        `attempts  ${attempts}, with ${options.deliveries} deliveries of 1 KiB, of ${options.webhooks} webhooks`,
        `projector ${us('monitoring').toFixed(1)} µs of CPU for each attempt with its delivery; ` +
          `aim ${AIM_US} µs: ${us('monitoring') <= AIM_US ? 'met' : 'MISSED'}`,
        `Postgres  ${us('postgres').toFixed(1)} µs of CPU for each attempt`,
        `rows      each delivery's was written ${written.toFixed(2)} times: once where its fact came with it`,
        `wall      ${(attempts / seconds).toFixed(0)} attempts/s, published and projected on the same machine`,
      ];
      for (const line of lines) console.log(line);
    } finally {
      await database.end();
      await publisher.stop();
    }
  });
  if (isProfiled && code === 0) for (const line of profileLines(profile)) console.log(line);
  return code;
}

interface Written {
  readonly written: number;
}

const WRITTEN = 'SELECT coalesce(avg(revision), 0)::float8 AS written FROM monitoring.delivery';

async function projected(database: Client, records: number): Promise<void> {
  const deadlineMs = performance.now() + PROJECTED_WITHIN_MS;
  const sql = 'SELECT coalesce(sum(next_offset), 0)::int AS records FROM monitoring.projection_offset';
  for (let done = 0; done < records;) {
    if (performance.now() > deadlineMs) throw new Error(`only ${done} of ${records} records were projected in time`);
    await sleep(20);
    done = (await database.query<{ records: number }>(sql)).rows[0]?.records ?? 0;
  }
}

function cpuSecondsOf(sandbox: Sandbox): { readonly monitoring: number; readonly postgres: number } {
  const usage = usageOf([
    { name: 'monitoring', pid: () => sandbox.pidOf('monitoring') },
    { name: 'postgres', pid: () => sandbox.postgres?.pid },
  ]);
  return {
    monitoring: usage.get('monitoring')?.cpuSeconds ?? 0,
    postgres: usage.get('postgres')?.cpuSeconds ?? 0,
  };
}

function profiling(file: string): Record<string, string> {
  const preload = pathToFileURL(join(import.meta.dirname, '..', 'measure', 'profiled-process.ts')).href;
  return { NODE_OPTIONS: `--import=${preload}`, BENCH_PROFILE_FILE: file };
}
