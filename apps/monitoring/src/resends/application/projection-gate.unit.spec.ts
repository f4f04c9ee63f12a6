import { expect, it } from '@jest/globals';
import { ProjectionGate } from './projection-gate.ts';

it('a gate opens for what a topic holds that was made anew, and nothing changes while Kafka is away', async () => {
  const at = (offset: number) => new Map([['attempts/0', offset]]);
  let ends = () => Promise.resolve(at(500));
  let projected = at(500);
  const gate = new ProjectionGate({ ends: () => ends(), projected: () => Promise.resolve(projected) });
  expect(await gate.isOpen()).toBe(true);
  // A rebuild, or a database that was restored: the log ends where it did.
  projected = at(3);
  expect(await gate.isOpen()).toBe(false);
  ends = () => Promise.reject(new Error('no broker answers'));
  expect(await gate.isOpen()).toBe(false);
  ends = () => Promise.resolve(at(4));
  expect(await gate.isOpen()).toBe(false);
  projected = at(4);
  expect(await gate.isOpen()).toBe(true);
});
