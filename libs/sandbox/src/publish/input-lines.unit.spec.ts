import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { linesOf, repeatedLines, type InputLine } from './input-lines.ts';

const streamOf = (...chunks: string[]): Readable => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
const read = async (lines: AsyncIterable<InputLine>): Promise<string[]> => {
  const found: string[] = [];
  for await (const line of lines) found.push(`${line.number}:${line.bytes.toString()}`);
  return found;
};

describe('the lines of an input', () => {
  it('are whole however the input was cut', async () => {
    expect(await read(linesOf(streamOf('{"a"', ':1}\n{"b":2}', '\n{"c"', ':', '3}')))).toEqual([
      '1:{"a":1}',
      '2:{"b":2}',
      '3:{"c":3}',
    ]);
  });

  it('keep their white space and lose their line end alone', async () => {
    expect(await read(linesOf(streamOf(' {"a":1} \r\n{"b":2}\n')))).toEqual(['1: {"a":1} ', '2:{"b":2}']);
  });

  it('count the empty ones that they leave out', async () => {
    expect(await read(linesOf(streamOf('\n\na\n\nb')))).toEqual(['3:a', '5:b']);
  });

  it('come again for each round, also from an input that can be read once', async () => {
    expect(await read(repeatedLines(streamOf('a\nb\n'), 3))).toEqual(['1:a', '2:b', '1:a', '2:b', '1:a', '2:b']);
  });
});
