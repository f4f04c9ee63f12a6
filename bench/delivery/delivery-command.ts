import { repositoryRoot } from '@signalbox/sandbox';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { profileLines } from '../measure/cpu-profile.ts';
import { currentLoad, machineLines } from '../measure/machine.ts';
import { readOptions, USAGE, UsageError, type DeliveryOptions } from './options.ts';
import { startOwnSystem } from './own-system.ts';
import { figureLines, judge } from './report.ts';
import { runDelivery } from './run-delivery.ts';
import type { System } from './system.ts';
import { runningSystem } from './running-system.ts';

class Interrupted extends Error {}

/**
 * `npm run bench -- delivery`. Answers the exit code: 0 when all arrived once and rightly signed, 1 when not or when it
 * could not be measured, 2 for wrong usage, 130 after Ctrl-C.
 */
export async function deliveryCommand(args: readonly string[]): Promise<number> {
  const ending = new AbortController();
  const interrupt = (): void => ending.abort(new Interrupted('interrupted; stopping'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    return await measure(readOptions(args), args, ending);
  } catch (error) {
    // What was broken off says only that it was; the reason is the signal's.
    const reason: unknown = ending.signal.aborted ? ending.signal.reason : error;
    console.error(reason instanceof Error ? reason.message : String(reason));
    if (reason instanceof UsageError) console.error(`\n${USAGE}`);
    if (reason instanceof UsageError) return 2;
    return reason instanceof Interrupted ? 130 : 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
  }
}

async function measure(options: DeliveryOptions, args: readonly string[], ending: AbortController): Promise<number> {
  const startedAt = performance.now();
  const load = currentLoad();
  const onLine = (line: string): void => {
    console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  };
  const { signal } = ending;
  const profileDir = join(repositoryRoot(), '.sandbox-profiles');
  if (options.profiled.length > 0) await mkdir(profileDir, { recursive: true });
  const control = { signal, onLine, onFatal: (error: Error): void => ending.abort(error) };
  const startSystem = (): Promise<System> =>
    options.isRunning ? runningSystem() : startOwnSystem(options, profileDir, control);
  const run = await runDelivery(options, startSystem, control);
  const machine = machineLines(!options.isRunning && !process.env['KAFKA_BROKERS'], load);
  const verdict = judge(run);
  const command = ['npm run bench -- delivery', ...args].join(' ');
  const lines = ['', command, ...machine, ...figureLines(run, options), ...verdict.lines];
  for (const line of lines) console.log(line);
  for (const name of options.profiled) {
    const file = relative(process.cwd(), join(profileDir, `${name}.cpuprofile`));
    for (const line of ['', `profile of ${name} under drain: ${file}`, ...profileLines(file)]) console.log(line);
  }
  return verdict.isPassed ? 0 : 1;
}
