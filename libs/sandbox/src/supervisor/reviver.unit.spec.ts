import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SandboxError } from '../sandbox-error.ts';
import { Reviver } from './reviver.ts';

const lines: string[] = [];
const givenUp: SandboxError[] = [];
beforeEach(() => {
  lines.length = 0;
  givenUp.length = 0;
});

const reviverOf = (start: () => Promise<void>, wellAfterMs = 60_000, isWanted = () => true): Reviver =>
  new Reviver({
    name: 'kafka',
    start,
    isWanted,
    onLine: (line) => lines.push(line),
    onGivenUp: (error) => givenUp.push(error),
    backOff: { firstDelayMs: 1, maxDelayMs: 2, maxFailures: 3, wellAfterMs },
  });

describe('a part that ended by itself', () => {
  it('is started once, though the start that fails ends it again', async () => {
    let starts = 0;
    const reviver: Reviver = reviverOf(async () => {
      starts++;
      if (starts > 1) return;
      // As a broker does that dies while it starts: its end is told, and the start rejects.
      await reviver.ended('exit code 1');
      throw new Error('Kafka ended while it was starting');
    });
    await reviver.ended('by SIGKILL');
    expect(starts).toBe(2);
    expect(lines).toEqual([
      'kafka ended (by SIGKILL); starting it again in 0.001 s',
      'kafka Kafka ended while it was starting; starting it again in 0.002 s',
      'kafka is back',
    ]);
  });

  it('is given up when it dies again and again soon after a good start', async () => {
    let starts = 0;
    const reviver = reviverOf(() => {
      starts++;
      return Promise.resolve();
    });
    for (let death = 0; death < 4; death++) await reviver.ended('exit code 1');
    expect(starts).toBe(3);
    expect(givenUp.map(({ message }) => message)).toEqual(['kafka cannot be started again: ended (exit code 1)']);
  });

  it('is never given up when it was well in between', async () => {
    const reviver = reviverOf(() => Promise.resolve(), -1);
    for (let death = 0; death < 9; death++) await reviver.ended('exit code 1');
    expect(givenUp).toEqual([]);
  });

  it('is tried again when it died in the moment in which it was ready', async () => {
    let starts = 0;
    const reviver: Reviver = reviverOf(async () => {
      starts++;
      if (starts === 1) await reviver.ended('exit code 1');
    });
    await reviver.ended('by SIGKILL');
    expect(starts).toBe(2);
  });

  it('stays down when all is being stopped', async () => {
    await reviverOf(
      () => Promise.reject(new Error('started')),
      60_000,
      () => false,
    ).ended('by SIGTERM');
    expect(lines).toEqual([]);
  });
});
