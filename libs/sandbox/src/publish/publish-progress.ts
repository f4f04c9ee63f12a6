import { Presets, SingleBar } from 'cli-progress';
import type { WriteStream } from 'node:tty';

export interface PublishProgress {
  update(doneBytes: number, events: number): void;
  /** A line for people that must not be torn by the bar. */
  say(line: string): void;
  end(): void;
}

const PLAIN_EVERY_MS = 5_000;

/** A bar on a terminal, a plain line every five seconds elsewhere. `totalBytes` 0: the end is not known. */
export function publishProgress(out: WriteStream, totalBytes: number): PublishProgress {
  return out.isTTY && totalBytes > 0 ? bar(out, totalBytes) : plainLines(out);
}

function bar(out: WriteStream, totalBytes: number): PublishProgress {
  const format = 'publishing {bar} {percentage}% | {events} events | {duration_formatted}';
  const single = new SingleBar({ format, stream: out, hideCursor: true }, Presets.shades_classic);
  single.start(totalBytes, 0, { events: 0 });
  return {
    update: (doneBytes, events) => single.update(doneBytes, { events }),
    // Clears the bar's line; the next update draws it again below.
    say: (line) => out.write(`\r\u001B[K${line}\n`),
    end: () => single.stop(),
  };
}

function plainLines(out: WriteStream): PublishProgress {
  let saidAt = performance.now();
  return {
    update(_doneBytes, events) {
      if (performance.now() - saidAt < PLAIN_EVERY_MS) return;
      saidAt = performance.now();
      out.write(`publishing: ${events} events\n`);
    },
    say: (line) => out.write(`${line}\n`),
    end: () => undefined,
  };
}
