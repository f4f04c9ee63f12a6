import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rowsOf } from '@signalbox/postgres';
import { SecretBox, parseKeyring } from '@signalbox/secrets';
import { waitFor } from '@signalbox/testing';
import { FollowedWebhooks } from '../../../testing/followed-webhooks.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import { evolve } from '../../domain/webhook.decider.ts';
import { initialHistory } from '../../domain/webhook.ts';
import type { WebhookHistory } from '../../domain/webhook.ts';
import type { EntryRow } from './entry-row.ts';
import { ENTRY_COLUMNS, entryOf } from './entry-row.ts';
import { PostgresWebhookJournal } from './webhook-journal.postgres.ts';

let service: RunningConfigService;
let topic: FollowedWebhooks;
beforeAll(async () => {
  service = await RunningConfigService.start();
  topic = await FollowedWebhooks.start(service.backends);
});
afterAll(async () => {
  await topic?.stop();
  await service?.stop();
});

const url = 'http://127.0.0.1:8099/hook';

async function foldOf(id: string): Promise<WebhookHistory> {
  const sql = `SELECT ${ENTRY_COLUMNS} FROM webhook_event WHERE webhook_id = $1 ORDER BY version`;
  const rows = await rowsOf<EntryRow>(service.dataSource, sql, [id]);
  return rows.map(entryOf).reduce<WebhookHistory>(evolve, initialHistory);
}

describe('the journal in Postgres', () => {
  it('adds up to the row, after everything that can be done to a webhook', async () => {
    const journal = new PostgresWebhookJournal(service.dataSource);
    const { id } = await service.makeWebhook({ config: { url, headers: { a: '1' }, ed25519: true } });
    const patches = [
      { name: 'ünï 🎉' },
      { events: ['User.Created', 'PostSignIn'], event: 'PostRegister' },
      { config: { url: `${url}/b`, headers: { b: '2', a: '1' }, retryPolicy: { delaysMs: [1_000] } } },
      { enabled: false },
      { enabled: true, config: { url } },
    ];
    for (const body of patches) {
      expect((await service.call('PATCH', `/api/hooks/${id}`, { body })).status).toBe(200);
      expect({ kind: 'alive', ...(await journal.load('default', id)) }).toEqual({
        ...(await foldOf(id)),
        stateTag: expect.stringMatching(/^1\.\d+$/),
      });
    }
    await service.call('PATCH', `/api/hooks/${id}/signing-key`);
    expect({ kind: 'alive', ...(await journal.load('default', id)) }).toEqual({
      ...(await foldOf(id)),
      stateTag: expect.stringMatching(/^1\.\d+$/),
    });
    await service.call('DELETE', `/api/hooks/${id}`);
    expect(await foldOf(id)).toMatchObject({ kind: 'deleted', id, tenantId: 'default' });
    expect(await journal.load('default', id)).toBeUndefined();
    expect(await journal.stateOf('default', id)).toBe('deleted');
  });

  it('gives the same version to one of two who want it, and writes nothing of the other', async () => {
    const journal = new PostgresWebhookJournal(service.dataSource);
    const { id } = await service.makeWebhook();
    const before = await journal.load('default', id);
    if (before === undefined) throw new Error('the webhook is not there');
    const rename = (name: string) => {
      const entry = {
        webhookId: id,
        version: 2,
        event: { type: 'Renamed', data: { name } } as const,
        actor: 'test',
        atMs: Date.now(),
      };
      return {
        webhookId: id,
        tenantId: 'default',
        expectedVersion: 1,
        entries: [entry],
        after: evolve({ kind: 'alive', ...before }, entry),
      };
    };
    const names = Array.from({ length: 8 }, (_, index) => `name ${index}`);
    const outcomes = await Promise.all(names.map((name) => journal.append(rename(name))));
    const winners = names.filter((_, index) => typeof outcomes[index] === 'object');
    expect(winners).toHaveLength(1);
    const [winner] = winners;
    expect(await journal.load('default', id)).toMatchObject({ webhook: { name: winner, version: 2 } });
    const outbox = await rowsOf(service.dataSource, 'SELECT version FROM outbox WHERE key = $1 ORDER BY id', [id]);
    expect(outbox).toEqual([{ version: 1 }, { version: 2 }]);
    expect(await journal.append(rename('too late'))).toBe('version-taken');
  });
});

describe('a change whose answer cannot be told', () => {
  it('does not happen: secrets the answer needs are opened before anything is written', async () => {
    const { id } = await service.makeWebhook({ config: { url, headers: { a: '1' } } });
    const counted = async () => rowsOf(service.dataSource, 'SELECT 1 FROM webhook_event WHERE webhook_id = $1', [id]);
    await rowsOf(
      service.dataSource,
      `UPDATE webhook SET headers = '[{"name": "a", "sealedValue": "v1.gone.AAAA"}]' WHERE id = $1`,
      [id],
    );
    const renamed = await service.call('PATCH', `/api/hooks/${id}`, { body: { name: 'renamed' } });
    const rotated = await service.call('PATCH', `/api/hooks/${id}/signing-key`);
    expect([renamed.status, rotated.status]).toEqual([503, 503]);
    expect(await counted()).toHaveLength(1);
    // The others are listed, and this one without its secrets.
    const other = await service.makeWebhook();
    const { status, body } = await service.call<Record<string, unknown>[]>('GET', '/api/hooks');
    expect(status).toBe(200);
    expect(body.find((one) => one['id'] === id)).toMatchObject({ config: { url }, secretsUnreadable: true });
    expect(body.find((one) => one['id'] === id)).not.toHaveProperty('signingKey');
    expect(body.find((one) => one['id'] === other.id)).toMatchObject({ signingKey: other.signingKey });
    const alone = await service.call('GET', `/api/hooks/${id}`);
    const told = { code: 'service.unavailable', data: { reason: 'secrets-unreadable' } };
    expect(alone).toMatchObject({ status: 503, body: told });
    expect(alone.body['message']).toMatch(/secret of this webhook cannot be opened/);
    // Whoever sends back what a list told him does not delete the headers that it had to leave out.
    const unnamed = await service.call<{ details: unknown }>('PATCH', `/api/hooks/${id}`, {
      body: { config: { url } },
    });
    expect(unnamed).toMatchObject({ status: 400, body: { details: [{ field: 'config.headers' }] } });
    expect(await counted()).toHaveLength(1);
    // What replaces the unreadable one can be answered, and so can a deletion.
    const replaced = await service.call('PATCH', `/api/hooks/${id}`, { body: { config: { url, headers: {} } } });
    expect([replaced.status, (await counted()).length]).toEqual([200, 2]);
    expect((await service.call('DELETE', `/api/hooks/${id}`)).status).toBe(204);
  });
});

describe('the outbox', () => {
  it('brings every change to the topic, whole and in version order, within the time promised', async () => {
    const { id, signingKey } = await service.makeWebhook({ config: { url, headers: { 'x-key': 'header value' } } });
    for (let count = 0; count < 10; count++) {
      const startedAt = performance.now();
      await service.call('PATCH', `/api/hooks/${id}`, { body: { name: `name ${count}` } });
      await waitFor(() => topic.of(id).at(-1)?.version === count + 2, {
        what: 'the change',
        everyMs: 5,
      });
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
    await service.call('DELETE', `/api/hooks/${id}`);
    await waitFor(() => topic.of(id).at(-1)?.deleted === true, { what: 'the deletion' });
    const records = topic.of(id);
    expect(records.map(({ version }) => version)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    const [first] = records;
    if (first === undefined || first.deleted) throw new Error('the first record is the webhook');
    expect(first).toMatchObject({ epoch: 1, tenantId: 'default', subscribedTo: ['PostSignIn'], url, enabled: true });
    const box = new SecretBox(parseKeyring(service.keyring));
    expect(box.open(first.signingKeys[0]?.sealed ?? '', id)).toEqual({ kind: 'opened', plain: signingKey });
    expect(box.open(first.headers[0]?.sealedValue ?? '', id)).toEqual({ kind: 'opened', plain: 'header value' });
    expect(box.open(first.headers[0]?.sealedValue ?? '', 'another').kind).toBe('tampered');
  });

  it('gives every published change a position of its own, in order for each webhook', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await service.makeWebhook()).id));
    await Promise.all(
      ids.flatMap((id) => ['x', 'y', 'z'].map((name) => service.call('PATCH', `/api/hooks/${id}`, { body: { name } }))),
    );
    await waitFor(
      async () => (await rowsOf(service.dataSource, 'SELECT 1 FROM outbox WHERE position IS NULL')).length === 0,
      { what: 'the outbox to be empty' },
    );
    const rows = await rowsOf<{ key: string; version: number; position: number }>(
      service.dataSource,
      'SELECT key, version, position FROM outbox ORDER BY position',
    );
    expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
    for (const id of ids) {
      const versions = rows.filter(({ key }) => key === id).map(({ version }) => version);
      expect(versions).toEqual(versions.toSorted((left, right) => left - right));
      await waitFor(() => topic.of(id).length >= versions.length, { what: 'all of it on the topic' });
      expect(topic.of(id).map(({ version }) => version)).toEqual(versions);
    }
  });

  it('takes the place of an instance whose connection was lost', async () => {
    await rowsOf(
      service.dataSource,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'config-service relay' AND datname = current_database()",
    );
    const { id } = await service.makeWebhook();
    await waitFor(() => topic.of(id).length === 1, { what: 'the webhook on the topic' });
  });
});

describe('secrets', () => {
  it('are in the clear in no table, no record and no line of the log', async () => {
    const secret = 'plain-header-secret-0123456789';
    const body = { config: { url, headers: { 'x-key': secret, authorization: `Bearer ${secret}` }, ed25519: true } };
    const made = await service.makeWebhook(body);
    await service.call('PATCH', `/api/hooks/${made.id}`, { body: { name: 'renamed' } });
    const rotated = await service.call<{ signingKey: string }>('PATCH', `/api/hooks/${made.id}/signing-key`);
    // What is refused, and what fails, must not tell either.
    await service.call('PATCH', `/api/hooks/${made.id}`, {
      body: { config: { url: 'x', headers: { 'x-key': secret } } },
    });
    await service.call('POST', '/api/hooks', { body: `{"config": {"headers": "${secret}` });
    await waitFor(() => topic.of(made.id).length === 3, { what: 'the changes on the topic' });

    const tables = await rowsOf<{ name: string }>(
      service.dataSource,
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'config'",
    );
    expect(tables.length).toBeGreaterThanOrEqual(6);
    const dumps = await Promise.all(
      tables.map(({ name }) => rowsOf(service.dataSource, `SELECT row_to_json(t)::text AS row FROM "${name}" t`)),
    );
    const places = {
      tables: JSON.stringify(dumps),
      topic: topic.records.map(({ value }) => value?.toString()).join('\n'),
      log: service.logLines.join('\n'),
    };
    for (const [place, text] of Object.entries(places)) {
      expect([place, text.length > 0]).toEqual([place, true]);
      for (const plain of [secret, made.signingKey, rotated.body.signingKey, service.apiKey, service.identityKey]) {
        expect([place, text.includes(plain)]).toEqual([place, false]);
      }
    }
    expect(places.log).toContain('http.answered');
  });
});
