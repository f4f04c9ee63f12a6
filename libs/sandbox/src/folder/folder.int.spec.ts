import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder, lockHolder } from './folder-lock.ts';
import { keptPorts } from './kept-ports.ts';
import { keptSecrets } from './secrets.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-folder-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const listen = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });

describe('the lock of a sandbox folder', () => {
  it('lets one of many at once have it', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(dir, () => undefined)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('is taken over from a process that is gone, also where its pid belongs to somebody else now', async () => {
    const left = { pid: process.pid, processStart: 'another time', since: '2020-01-01T00:00:00.000Z' };
    await writeFile(join(dir, 'sandbox.lock'), JSON.stringify(left));
    expect(await lockHolder(dir)).toBeUndefined();
    const lines: string[] = [];
    const unlock = await lockFolder(dir, (line) => lines.push(line));
    expect((await lockHolder(dir))?.pid).toBe(process.pid);
    expect(lines).toEqual([`removed a stale lock: process ${process.pid} ended without stopping the sandbox`]);
    await unlock();
    expect(await lockHolder(dir)).toBeUndefined();
  });

  it('that was cut off while it was written is taken over too', async () => {
    await writeFile(join(dir, 'sandbox.lock'), '');
    const unlock = await lockFolder(dir, () => undefined);
    await unlock();
  });
});

describe('the ports of a sandbox', () => {
  it('stay the same from start to start, unless somebody else has taken one', async () => {
    const wanted = [{ key: 'a' }, { key: 'b' }];
    const first = await keptPorts(dir, wanted);
    expect(await keptPorts(dir, wanted)).toEqual(first);
    const other = await listen(first.get('a') ?? 0);
    const second = await keptPorts(dir, wanted);
    expect(second.get('a')).not.toBe(first.get('a'));
    expect(second.get('b')).toBe(first.get('b'));
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('the secrets of a sandbox', () => {
  it('are made once, for the owner alone', async () => {
    const made = await keptSecrets(dir);
    expect(await keptSecrets(dir)).toEqual(made);
    expect((await stat(join(dir, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(Buffer.from(made.keyring.split('=', 2)[1] ?? '', 'base64')).toHaveLength(32);
  });

  it('are not made anew where the file is damaged: what they sealed would be lost', async () => {
    await writeFile(join(dir, 'secrets.json'), '{');
    await expect(keptSecrets(dir)).rejects.toThrow('is damaged');
    expect(await readFile(join(dir, 'secrets.json'), 'utf8')).toBe('{');
  });
});
