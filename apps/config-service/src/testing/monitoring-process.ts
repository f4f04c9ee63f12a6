import type { ServiceProcess } from './service-process.ts';
import { readyLine, runProcess } from './service-process.ts';

/** The real monitoring as a process, on a database that it makes ready for itself. */
export interface MonitoringProcess {
  /** `host:port`. */
  readonly grpcUrl: string;
  stop(): Promise<void>;
}

/** Starts the built monitoring with this environment. Rejects with what it said when its database cannot be made ready. */
export async function startMonitoringProcess(env: Readonly<Record<string, string>>): Promise<MonitoringProcess> {
  const migrating = runProcess('../../monitoring/dist/migrate.js', env);
  if ((await migrating.exit) !== 0) throw new Error(migrating.output());
  const running = runProcess('../../monitoring/dist/main.js', env);
  try {
    const { grpc_url: grpcUrl = '' } = await readyLine(running);
    return { grpcUrl, stop: async () => end(running) };
  } catch (error) {
    await end(running);
    throw error;
  }
}

async function end({ child, exit }: ServiceProcess): Promise<void> {
  child.kill();
  await exit;
}
