import { basename } from 'node:path';
import { commandLineOf, isProcessAlive, parentOf } from './other-process.ts';

const LOOK_EVERY_MS = 1_000;

/**
 * Runs `onEnd` when the npm that started this process is gone. npm hands signals to the shell between us, which dies of
 * them alone: whoever ends npm would leave everything running. Does nothing for a process that npm did not start, whose
 * shell may well end before it. Answers how to stop looking.
 */
export async function watchLauncher(onEnd: () => void): Promise<() => void> {
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined;
  const parent = process.ppid;
  const script = process.argv[1] ?? '';
  const between = await commandLineOf(parent);
  const isShell = between.includes(' -c ') && between.includes(basename(script));
  const grandparent = isShell ? await parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (grandparent === undefined || isProcessAlive(grandparent))) return;
    clearInterval(timer);
    onEnd();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
