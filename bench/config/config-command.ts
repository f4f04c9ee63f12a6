import { createSandbox, repositoryRoot } from '@signalbox/sandbox';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { profileLines } from '../measure/cpu-profile.ts';
import { currentLoad, machineLines } from '../measure/machine.ts';
import { measureConfig, type ConfigFigures } from './measure-config.ts';
import { readOptions, USAGE } from './options.ts';

const AIMS = { readCpuUs: 300, listMs: 20, inEffectMs: 200 } as const;

/** `npm run bench -- config`. Answers the exit code: 0 when it was measured, 1 when it could not be, 2 for wrong usage. */
export async function configCommand(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const load = currentLoad();
  const ending = new AbortController();
  const interrupt = (): void => ending.abort(new Error('interrupted; stopping'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-bench-config-'));
  const profile = join(repositoryRoot(), '.sandbox-profiles', 'config-service.cpuprofile');
  if (options.isProfiled) await mkdir(join(profile, '..'), { recursive: true });
  try {
    const sandbox = await createSandbox({
      dir,
      env: { LOG_LEVEL: 'warn' },
      serviceEnv: {
        'config-service': { RATE_LIMIT_PER_SECOND: '0', ...(options.isProfiled && profiling(profile)) },
      },
      signal: ending.signal,
      onLine: (line) => console.log(line),
      onFatal: (error) => ending.abort(error),
    });
    try {
      const figures = await measureConfig(sandbox, options, (line) => console.log(line));
      const command = ['npm run bench -- config', ...args].join(' ');
      const machine = machineLines(sandbox.kafka !== undefined, load);
      for (const line of ['', command, ...machine, ...figureLines(figures)]) console.log(line);
    } finally {
      await sandbox.stop();
    }
    if (options.isProfiled) {
      console.log(`\nprofile of config-service: ${relative(process.cwd(), profile)}`);
      for (const line of profileLines(profile)) console.log(line);
    }
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await rm(dir, { recursive: true, force: true });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
  }
}

function profiling(file: string): Record<string, string> {
  const preload = pathToFileURL(join(import.meta.dirname, '..', 'measure', 'profiled-process.ts')).href;
  return { NODE_OPTIONS: `--import=${preload}`, BENCH_PROFILE_FILE: file };
}

function figureLines({ createdPerSecond, readCpuUs, readsPerSecond, listMs, inEffectMs }: ConfigFigures): string[] {
  const at = (sorted: readonly number[], share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  const percentiles = (sorted: readonly number[]): string =>
    [0.5, 0.95, 0.99, 1]
      .map((share) => `${share === 1 ? 'max' : `p${share * 100}`} ${at(sorted, share).toFixed(1)} ms`)
      .join(', ');
  const verdict = (value: number, aim: number): string => (value <= aim ? 'met' : 'MISSED');
  return [
    `create    ${createdPerSecond.toFixed(0)} webhooks/s over 4 connections`,
    `read      ${readCpuUs.toFixed(0)} µs of config-service CPU for each GET /api/hooks/:id, at ${readsPerSecond.toFixed(0)}/s; ` +
      `aim ${AIMS.readCpuUs} µs: ${verdict(readCpuUs, AIMS.readCpuUs)}`,
    `list      100 with stats: ${percentiles(listMs)}; aim ${AIMS.listMs} ms: ${verdict(at(listMs, 0.5), AIMS.listMs)} at p50`,
    `in effect 2xx of a change → applied by router and sender: ${percentiles(inEffectMs)}; ` +
      `aim p99 ${AIMS.inEffectMs} ms: ${verdict(at(inEffectMs, 0.99), AIMS.inEffectMs)}`,
  ];
}
