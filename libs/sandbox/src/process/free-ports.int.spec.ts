import { describe, expect, it } from '@jest/globals';
import { freePort } from './free-ports.ts';

describe('free ports', () => {
  it('are handed out once, as who was given one may not listen on it yet', async () => {
    const ports = new Set<number>();
    for (let count = 0; count < 500; count++) ports.add(await freePort());
    expect(ports.size).toBe(500);
  });
});
