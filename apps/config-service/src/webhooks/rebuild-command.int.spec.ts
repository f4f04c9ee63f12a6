import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rowsOf } from '@signalbox/postgres';
import { RunningConfigService } from '../testing/running-config-service.ts';
import { rebuildCommand } from './rebuild-command.ts';

let service: RunningConfigService;
beforeAll(async () => {
  service = await RunningConfigService.start();
});
afterAll(async () => {
  await service?.stop();
});

async function rebuild(...args: string[]): Promise<{ readonly exitCode: number; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const exitCode = await rebuildCommand(args, service.environment(), (line) => lines.push(line));
  return { exitCode, lines };
}

const sql = async (text: string, ...parameters: unknown[]): Promise<unknown> =>
  rowsOf(service.dataSource, text, parameters);

describe('the command rebuild', () => {
  it('finds every row as its journal says, also of more webhooks than it holds at once', async () => {
    const made = await Promise.all(Array.from({ length: 220 }, async () => service.makeWebhook()));
    const [first, second] = made;
    await service.call('PATCH', `/api/hooks/${first?.id}`, {
      body: {
        name: 'other',
        config: { url: 'http://127.0.0.1:1/', headers: { a: '1' }, retryPolicy: { preset: 'standard' } },
      },
    });
    await service.call('PATCH', `/api/hooks/${first?.id}/signing-key`);
    await service.call('DELETE', `/api/hooks/${second?.id}`);
    const { exitCode, lines } = await rebuild('--check');
    expect({ exitCode, lines }).toEqual({
      exitCode: 0,
      lines: [expect.stringMatching(/^22\d entries of 220 webhooks added up, 0 differ, 0 repaired$/)],
    });
  });

  it('names webhook and field that differ, writes nothing with --check, and repairs without', async () => {
    const [named, gone, back] = await Promise.all(Array.from({ length: 3 }, async () => service.makeWebhook()));
    if (named === undefined || gone === undefined || back === undefined) throw new Error('three were made');
    await sql(`UPDATE webhook SET name = 'tampered', policy = '{"retries": 3}', version = 9 WHERE id = $1`, named.id);
    await sql('DELETE FROM webhook WHERE id = $1', gone.id);
    await sql('CREATE TABLE kept AS SELECT * FROM webhook WHERE id = $1', back.id);
    await service.call('DELETE', `/api/hooks/${back.id}`);
    await sql(`INSERT INTO webhook OVERRIDING SYSTEM VALUE SELECT * FROM kept`);
    const lines = [
      `webhook ${named.id}: version, name, policy`,
      `webhook ${gone.id}: has no row`,
      `webhook ${back.id}: has a row, and its journal says there is none`,
    ];
    for (let round = 0; round < 2; round++) {
      const checked = await rebuild('--check');
      expect(checked.exitCode).toBe(1);
      expect(checked.lines.slice(0, -1).toSorted()).toEqual(lines.toSorted());
      expect(checked.lines.at(-1)).toContain('3 differ, 0 repaired');
    }
    const repaired = await rebuild();
    expect(repaired.exitCode).toBe(0);
    expect(repaired.lines.slice(3)).toEqual([
      expect.stringContaining('3 differ, 3 repaired'),
      expect.stringContaining('npm run config -- republish'),
    ]);
    expect(await rebuild('--check')).toMatchObject({ exitCode: 0 });
    expect((await service.call('GET', `/api/hooks/${gone.id}`)).body).toEqual(gone);
    expect((await service.call('GET', `/api/hooks/${back.id}`)).status).toBe(404);
    await sql('DROP TABLE kept');
  });

  it('repairs nothing from a journal that is not sound, and keeps a row that has no journal', async () => {
    const [torn, bare] = await Promise.all(Array.from({ length: 2 }, async () => service.makeWebhook()));
    await service.call('PATCH', `/api/hooks/${torn?.id}`, { body: { name: 'second' } });
    await sql('UPDATE webhook_event SET version = 3 WHERE webhook_id = $1 AND version = 2', torn?.id);
    await sql('DELETE FROM webhook_event WHERE webhook_id = $1', bare?.id);
    const { exitCode, lines } = await rebuild();
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      `webhook ${torn?.id}: its journal is not sound: version 3 follows version 1`,
      `webhook ${bare?.id}: has a row and no journal; only a backup can say what it was`,
      expect.stringContaining('2 differ, 0 repaired'),
    ]);
    expect((await service.call('GET', `/api/hooks/${bare?.id}`)).status).toBe(200);
  });
});
