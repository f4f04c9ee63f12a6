import { waitFor } from '@signalbox/testing';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PreparedMonitoring } from './running-monitoring.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js');

/** The service as a process of its own, which can be killed. */
export class MonitoringProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start({ env }: Pick<PreparedMonitoring, 'env'>): Promise<MonitoringProcess> {
    const child = spawn(process.execPath, [MAIN], { env: { ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    const url = await waitFor(
      () => {
        const ready = output.split('\n').find((line) => line.includes('"service.ready"'));
        return ready === undefined ? undefined : (JSON.parse(ready) as { readonly http_url: string }).http_url;
      },
      { what: 'monitoring to be ready', timeoutMs: 30_000 },
    );
    return new MonitoringProcess(child, url);
  }

  /** Without a chance to do anything about it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
  }
}
