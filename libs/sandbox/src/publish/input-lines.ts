import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** One line of the input: its bytes as they are, without the line end (LF or CRLF). */
export interface InputLine {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** Bytes of the input read so far, for a progress bar. */
  readonly readBytes: number;
}

const LF = 0x0a;
const CR = 0x0d;

/** The lines of a stream; empty ones are left out but counted. */
export async function* linesOf(input: Readable): AsyncGenerator<InputLine> {
  // Chunks of a line that is not complete yet; joined once, or a long line would be copied again for each chunk.
  let pending: Buffer[] = [];
  let number = 0;
  let readBytes = 0;
  const complete = (tail: Buffer): InputLine | undefined => {
    const whole = pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
    pending = [];
    number++;
    const bytes = whole.at(-1) === CR ? whole.subarray(0, -1) : whole;
    return bytes.length === 0 ? undefined : { number, bytes, readBytes };
  };
  for await (const data of input) {
    const chunk = data as Buffer;
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      readBytes += end + 1 - from;
      const line = complete(chunk.subarray(from, end));
      if (line) yield line;
      from = end + 1;
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
  }
  const line = complete(Buffer.alloc(0));
  if (line) yield line;
}

/** Reads a source `repeat` times: a file again and again, standard input once, kept for the further rounds. */
export async function* repeatedLines(
  source: string | Readable,
  repeat: number,
): AsyncGenerator<InputLine & { readonly round: number }> {
  const kept: InputLine[] = [];
  for (let round = 1; round <= repeat; round++) {
    if (typeof source === 'string') {
      for await (const line of linesOf(createReadStream(source))) yield { ...line, round };
    } else if (round === 1) {
      for await (const line of linesOf(source)) {
        if (repeat > 1) kept.push(line);
        yield { ...line, round };
      }
    } else {
      for (const line of kept) yield { ...line, round };
    }
  }
}
