import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPortFree } from '../process/free-ports.ts';
import { spawnGuarded } from '../process/guarded-process.ts';
import { startPostgres } from './start-postgres.ts';

let dir: string;
let file: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-postgres-folder-'));
  file = join(dir, 'postgres.json');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const portOf = (url: string): number => Number(new URL(url).port);

describe('a Postgres', () => {
  it('comes back on the port that the one of a killed run still holds, and clears what that had half done', async () => {
    await mkdir(join(dir, 'making-x'));
    const first = await startPostgres({ dir });
    const port = portOf(first.url);
    await first.stop();
    expect((await readdir(dir)).toSorted()).toEqual(['data', 'postgres.json', 'postgres.log']);

    const code = `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('listens'))`;
    const orphan = await spawnGuarded({ command: process.execPath, args: ['-e', code, join(dir, 'data')] });
    await new Promise((resolve) => orphan.stdout?.once('data', resolve));
    await writeFile(join(dir, 'data', 'postmaster.pid'), `${orphan.pid}\n`);
    const second = await startPostgres({ dir });
    expect(portOf(second.url)).toBe(port);
    expect(orphan.isAlive()).toBe(false);
    await second.stop();
  });

  it('says so at once when it does not take the password that was kept, and leaves nothing running', async () => {
    const kept = JSON.parse(await readFile(file, 'utf8')) as { port: number };
    await writeFile(file, JSON.stringify({ ...kept, password: 'another' }));
    await expect(startPostgres({ dir })).rejects.toThrow('does not take the password in');
    expect(await isPortFree(kept.port)).toBe(true);
  });

  it('refuses to make a new password for a database that is there', async () => {
    for (const damage of [() => writeFile(file, '{'), () => rm(file)]) {
      await damage();
      await expect(startPostgres({ dir })).rejects.toThrow('missing or damaged');
    }
  });

  it('stays down when it is stopped while it starts', async () => {
    const other = join(dir, 'other');
    const server = await startPostgres({ dir: other });
    await server.kill();
    const started = server.start().catch((error: unknown) => String(error));
    await server.stop();
    expect(await started).toMatch(/stopped|ended/);
    expect(server.isAlive).toBe(false);
  });
});
