import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from '@signalbox/testing';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js');

/** A dispatcher in a process of its own, from the build: one that can be killed. */
export class DispatcherProcess {
  /** Null where a signal ended it. */
  readonly exitCode: Promise<number | null>;
  private readonly child: ChildProcess;
  private text = '';

  constructor(environment: Record<string, string>) {
    this.child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (data: Buffer) => (this.text += data.toString()));
    }
    this.exitCode = new Promise((resolve) => this.child.once('exit', resolve));
  }

  output(): string {
    return this.text;
  }

  async untilReady(): Promise<void> {
    await waitFor(() => this.text.includes('service.ready'), { what: 'a ready dispatcher', timeoutMs: 30_000 });
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exitCode;
  }

  /** As `kill`: a clean stop. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exitCode;
  }

  /** As `kill -STOP`, and `kill -CONT`. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }
}
