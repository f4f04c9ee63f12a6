import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rowsOf } from '@signalbox/postgres';
import { SecretBox, parseKeyring } from '@signalbox/secrets';
import { RunningConfigService } from '../testing/running-config-service.ts';
import { PostgresKeptAnswers } from './adapters/postgres/kept-answers.postgres.ts';
import { AnswerOnce } from './application/answer-once.ts';

let service: RunningConfigService;
beforeAll(async () => {
  service = await RunningConfigService.start();
});
afterAll(async () => {
  await service?.stop();
});

const DAY_MS = 86_400_000;
const url = 'http://127.0.0.1:8099/hook';
const sane = { events: ['PostSignIn'], config: { url, headers: { 'x-key': 'plain-header-secret' } } };
let keys = 0;
const newKey = (): string => `key-${++keys}`;

const create = async (idempotencyKey: string, body: object = sane, key = service.apiKey) =>
  service.call<{ id: string; signingKey: string }>('POST', '/api/hooks', {
    body,
    key,
    headers: { 'idempotency-key': idempotencyKey },
  });
const webhooks = async (): Promise<number> =>
  (await rowsOf(service.dataSource, "SELECT 1 FROM webhook WHERE tenant_id = 'default'")).length;
const grownBy = async (work: () => Promise<void>): Promise<number> => {
  const before = await webhooks();
  await work();
  return (await webhooks()) - before;
};

describe('a POST with an Idempotency-Key', () => {
  it('is done once, and answered the same again: status, body and headers, also by another instance', async () => {
    const key = newKey();
    const grown = await grownBy(async () => {
      const first = await create(key);
      expect(first.status).toBe(201);
      await service.call('PATCH', `/api/hooks/${first.body.id}`, { body: { name: 'changed since' } });
      const again = await create(key);
      await service.pause();
      await service.resume();
      for (const answer of [again, await create(key)]) {
        expect([answer.status, answer.body]).toEqual([201, first.body]);
        for (const name of ['etag', 'content-type']) expect(answer.headers.get(name)).toBe(first.headers.get(name));
      }
    });
    expect(grown).toBe(1);
  });

  it('is done once however many come at the same time, and all get the one answer', async () => {
    const key = newKey();
    const grown = await grownBy(async () => {
      const answers = await Promise.all(Array.from({ length: 25 }, async () => create(key)));
      expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
      expect(answers[0]?.status).toBe(201);
    });
    expect(grown).toBe(1);
    const type = { name: 'Race.Type', group: 'x', example: {} };
    // One is made, and the others meet its name: that is no refusal of theirs.
    const other = newKey();
    const made = await Promise.all(
      Array.from({ length: 10 }, async () =>
        service.call('POST', '/api/event-types', { body: type, headers: { 'idempotency-key': other } }),
      ),
    );
    expect(made.map(({ status }) => status)).toEqual(made.map(() => 201));
  });

  it('is refused with another body, and never mixed up with other tenants, credentials and keys', async () => {
    const key = newKey();
    const first = await create(key);
    const other = await create(key, { ...sane, name: 'other' });
    expect(other).toMatchObject({ status: 422, body: { code: 'request.idempotency_mismatch' } });
    const colleague = await service.makeKey('default', ['webhooks:read', 'webhooks:write']);
    const stranger = await service.makeKey('other', ['webhooks:read', 'webhooks:write']);
    const ids = [first.body.id];
    for (const answer of [
      await create(key, sane, colleague),
      await create(key, sane, stranger),
      await create(newKey()),
    ]) {
      expect(answer.status).toBe(201);
      ids.push(answer.body.id);
    }
    expect(new Set(ids).size).toBe(4);
  });

  it('leaves its key free when it is refused', async () => {
    const key = newKey();
    expect((await create(key, { ...sane, events: [] })).status).toBe(400);
    expect((await create(key)).status).toBe(201);
    for (const bad of ['', 'x'.repeat(256), 'with space']) {
      expect(await create(bad)).toMatchObject({ status: 400, body: { details: [{ field: 'Idempotency-Key' }] } });
    }
  });

  it('covers the making of API keys, shown once and the same again', async () => {
    const headers = { 'idempotency-key': newKey() };
    const body = { name: 'ci', scopes: ['webhooks:read'] };
    const [one, two] = [
      await service.call('POST', '/api/api-keys', { body, headers }),
      await service.call('POST', '/api/api-keys', { body, headers }),
    ];
    expect([one.status, two.body]).toEqual([201, one.body]);
    const rows = await rowsOf(service.dataSource, "SELECT 1 FROM api_key WHERE name = 'ci'");
    expect(rows).toHaveLength(1);
  });

  it('keeps its answer sealed, for a day', async () => {
    const key = newKey();
    const first = await create(key);
    const of = 'WHERE key = $1';
    const [kept] = await rowsOf<{ row: string }>(
      service.dataSource,
      `SELECT row_to_json(idempotent_answer)::text AS row FROM idempotent_answer ${of}`,
      [key],
    );
    expect(kept?.row).toContain('v1.k1.');
    for (const plain of [first.body.signingKey, 'plain-header-secret', first.body.id]) {
      expect(kept?.row).not.toContain(plain);
    }
    const aged = `UPDATE idempotent_answer SET created_at_ms = created_at_ms - ${DAY_MS} ${of}`;
    await rowsOf(service.dataSource, aged, [key]);
    const next = await create(key);
    expect(next.status).toBe(201);
    expect(next.body.id).not.toBe(first.body.id);
    expect((await create(key)).body).toEqual(next.body);
    await rowsOf(service.dataSource, aged, [key]);
    const answers = new PostgresKeptAnswers(service.dataSource, new SecretBox(parseKeyring(service.keyring)), Date.now);
    await answers.prune();
    expect(await rowsOf(service.dataSource, `SELECT 1 FROM idempotent_answer ${of}`, [key])).toEqual([]);
  });
});

describe('a process that ends', () => {
  const slot = { tenantId: 'default', actor: 'test', key: 'crash' };
  const answer = { fingerprint: 'f', status: 201, headers: {}, body: { id: 'x' } };

  it('after the commit and before the answer leaves the answer for the next try', async () => {
    const answers = new PostgresKeptAnswers(service.dataSource, new SecretBox(parseKeyring(service.keyring)), Date.now);
    await answers.keep(slot, async () => answer);
    const never = async (): Promise<never> => Promise.reject(new Error('was done twice'));
    expect(await new AnswerOnce(answers).answer(slot, 'f', never)).toEqual({ kind: 'answered', answer });
  });

  it('before the commit leaves nothing: neither what was done nor an answer', async () => {
    const key = newKey();
    const grown = await grownBy(async () => {
      await rowsOf(service.dataSource, 'ALTER TABLE idempotent_answer ADD CONSTRAINT broken CHECK (false) NOT VALID');
      await expect(create(key)).rejects.toThrow('500');
      await rowsOf(service.dataSource, 'ALTER TABLE idempotent_answer DROP CONSTRAINT broken');
    });
    expect(grown).toBe(0);
    expect((await create(key)).status).toBe(201);
  });
});
