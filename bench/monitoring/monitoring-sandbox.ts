import { createSandbox, type Environment, type Sandbox, type ServiceName } from '@signalbox/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `work` on a sandbox of its own in which these services alone run; answers the exit code. */
export async function onMonitoringSandbox(
  monitoringEnv: Environment,
  services: readonly ServiceName[],
  work: (sandbox: Sandbox) => Promise<void>,
): Promise<number> {
  const ending = new AbortController();
  const interrupt = (): void => ending.abort(new Error('interrupted; stopping'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-bench-monitoring-'));
  try {
    const sandbox = await createSandbox({
      dir,
      services,
      env: { LOG_LEVEL: 'warn', RATE_LIMIT_PER_SECOND: '0' },
      serviceEnv: { monitoring: monitoringEnv },
      signal: ending.signal,
      onLine: (line) => console.log(line),
      onFatal: (error) => ending.abort(error),
    });
    try {
      await work(sandbox);
    } finally {
      await sandbox.stop();
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
