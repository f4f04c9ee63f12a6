import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { rowsOf } from '@signalbox/postgres';
import { FollowedWebhooks } from '../testing/followed-webhooks.ts';
import { RunningConfigService } from '../testing/running-config-service.ts';
import { rebuildCommand } from './rebuild-command.ts';
import { reencryptCommand } from './reencrypt-command.ts';

const cli = join(import.meta.dirname, '../../dist/cli.js');

let service: RunningConfigService;
beforeAll(async () => {
  service = await RunningConfigService.start();
});
afterAll(async () => service?.stop());

describe('the command reencrypt', () => {
  it('seals everything with the new key, killed and run again too, so that the old one can go', async () => {
    const config = { url: 'http://127.0.0.1:8099/', headers: { 'x-key': 'value of a header' }, ed25519: true };
    const made = await Promise.all(Array.from({ length: 250 }, async () => service.makeWebhook({ config })));
    const [first, second] = made;
    await service.call('PATCH', `/api/hooks/${first?.id}/signing-key`);
    await service.call('PATCH', `/api/hooks/${first?.id}`, { body: { name: 'renamed', config } });
    await service.call('DELETE', `/api/hooks/${second?.id}`);
    const keysBefore = await service.call('GET', `/api/hooks/${first?.id}/signing-keys`);
    await service.pause();

    const newKey = `k2=${randomBytes(32).toString('base64')}`;
    const both = { SECRETS_KEYRING: `${newKey},${service.keyring}` };
    const env = { ...service.environment(), ...both };
    await service.resume({ env: both });
    const child = spawn(process.execPath, [cli, 'reencrypt'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (data: Buffer) => {
      if (data.toString().includes('100 sealed anew')) child.kill('SIGKILL');
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');

    const lines: string[] = [];
    expect([await reencryptCommand([], env, (line) => lines.push(line)), lines]).toEqual([0, expect.anything()]);
    expect(lines.at(-1)).toBe('k1 is used nowhere: it can leave SECRETS_KEYRING');
    const tables = ['webhook', 'webhook_event', 'outbox'];
    for (const table of tables) {
      const old = await rowsOf(service.dataSource, `SELECT 1 FROM ${table} t WHERE t::text LIKE '%v1.k1.%' LIMIT 1`);
      expect([table, old]).toEqual([table, []]);
    }
    const topic = await FollowedWebhooks.start(service.backends);
    for (const { id } of made) expect(JSON.stringify(topic.of(id).at(-1))).not.toContain('v1.k1.');
    await topic.stop();

    const checked: string[] = [];
    expect(await rebuildCommand(['--check'], service.environment(), (line) => checked.push(line))).toBe(0);
    await service.pause();
    await service.resume({ env: { SECRETS_KEYRING: newKey } });
    const read = await service.call('GET', `/api/hooks/${first?.id}`);
    expect(read.body).toMatchObject({ name: 'renamed', config });
    expect((await service.call('GET', `/api/hooks/${first?.id}/signing-keys`)).body).toEqual(keysBefore.body);
  }, 120_000);
});
