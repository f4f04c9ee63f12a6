import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { rotateLog } from '../folder/rotated-log.ts';

const KEPT_LINES = 20;

/** A service's log file; remembers the last lines, for a message about why the service ended. */
export class ServiceLog {
  readonly #stream: WriteStream;
  readonly #lastLines: string[] = [];

  private constructor(stream: WriteStream) {
    this.#stream = stream;
    // A full disk must not end the supervisor: the services go on without their logs.
    stream.on('error', () => undefined);
  }

  /** Appends to `file`; one that has grown large is moved to `<file>.1` first. */
  static async open(file: string): Promise<ServiceLog> {
    await mkdir(dirname(file), { recursive: true });
    await rotateLog(file);
    return new ServiceLog(createWriteStream(file, { flags: 'a' }));
  }

  /** Writes every line that comes out of a process to the file and to `onLine`; resolves when the output has ended. */
  follow(output: Readable, onLine: (line: string) => void): Promise<void> {
    const lines = createInterface({ input: output, crlfDelay: Infinity });
    lines.on('line', (line) => {
      this.#stream.write(`${line}\n`);
      this.#lastLines.push(line);
      if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
      onLine(line);
    });
    return new Promise((resolve) => lines.once('close', resolve));
  }

  lastLines(): readonly string[] {
    return [...this.#lastLines];
  }

  forgetLines(): void {
    this.#lastLines.length = 0;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()));
  }
}
