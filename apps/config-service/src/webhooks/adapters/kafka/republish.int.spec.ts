import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { compareVersions, topicSpecs } from '@signalbox/contracts';
import type { WebhookRecord } from '@signalbox/contracts';
import { ensureTopics } from '@signalbox/kafka';
import { rowsOf } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
import { Kafka } from 'kafkajs';
import { DatabaseDump } from '../../../testing/database-dump.ts';
import { FollowedWebhooks } from '../../../testing/followed-webhooks.ts';
import { holdRelay } from '../../../testing/held-relay.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import { webhookRecordOf } from '../../domain/webhook-record.ts';
import { republishCommand } from '../../republish-command.ts';
import { PostgresRepublication } from '../postgres/republication.postgres.ts';
import { PostgresWebhookChanges } from '../postgres/webhook-changes.postgres.ts';
import { webhookOf } from '../postgres/webhook-row.ts';
import { WebhookEntity } from '../postgres/webhook.entity.ts';

const cli = join(import.meta.dirname, '../../../../dist/cli.js');

let service: RunningConfigService;
beforeEach(async () => {
  service = await RunningConfigService.start();
});
afterEach(async () => service?.stop());

const epoch = async (): Promise<number> => {
  const rows = await rowsOf<{ current: number }>(service.dataSource, 'SELECT current FROM epoch');
  return rows[0]?.current ?? 0;
};

async function allPublished(): Promise<void> {
  const waiting = 'SELECT 1 FROM outbox WHERE position IS NULL';
  await waitFor(async () => (await rowsOf(service.dataSource, waiting)).length === 0, {
    what: 'all to be published',
    timeoutMs: 30_000,
  });
}

async function republish(): Promise<readonly string[]> {
  const lines: string[] = [];
  expect(await republishCommand([], service.environment(), (line) => lines.push(line))).toBe(0);
  return lines;
}

/** What a reader holds: the highest (epoch, version) of each webhook, in whatever order it came. */
function stateOf(followed: FollowedWebhooks): Map<string, WebhookRecord> {
  const state = new Map<string, WebhookRecord>();
  for (const { key } of followed.records) {
    for (const record of followed.of(key?.toString() ?? '')) {
      const known = state.get(record.id);
      if (known === undefined || compareVersions(record, known) > 0) state.set(record.id, record);
    }
  }
  return state;
}

/** The last record of each key, which is all that compaction leaves of it. */
function compacted(followed: FollowedWebhooks): Map<string, WebhookRecord> {
  const keys = new Set(followed.records.map(({ key }) => key?.toString() ?? ''));
  return new Map([...keys].flatMap((key) => followed.of(key).slice(-1)).map((record) => [record.id, record]));
}

async function expectExactly(state: ReadonlyMap<string, WebhookRecord>): Promise<void> {
  const rows = await service.dataSource.manager.find(WebhookEntity);
  const wanted = await Promise.all(
    rows.map(async (row) => webhookRecordOf({ kind: 'alive', webhook: webhookOf(row) }, await epoch(), 0)),
  );
  const byId = (left: WebhookRecord, right: WebhookRecord): number => (left.id < right.id ? -1 : 1);
  expect([...state.values()].filter(({ deleted }) => !deleted).toSorted(byId)).toEqual(wanted.toSorted(byId));
}

/** Changes, creations and deletions by several at once. */
async function load(ids: string[], rounds: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < rounds; round++) {
        const id = ids[(round * 4 + writer) % ids.length] ?? '';
        if (round % 5 === 4) await service.call('DELETE', `/api/hooks/${id}`);
        else if (round % 5 === 3) ids.push((await service.makeWebhook({ name: `made ${round}` })).id);
        else await service.call('PATCH', `/api/hooks/${id}`, { body: { name: `by ${writer} in ${round}` } });
      }
    }),
  );
}

describe('a database that was restored', () => {
  it('is found behind the topic, takes no change, and is cured by republish, for readers old and new', async () => {
    const running = await FollowedWebhooks.start(service.backends);
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await service.makeWebhook()).id));
    await load(ids, 5);
    const dump = await DatabaseDump.take(service.dataSource);
    await load(ids, 20);
    await allPublished();
    await service.pause();
    await dump.restore();
    await service.resume();

    const [alive] = await service.dataSource.manager.find(WebhookEntity, { take: 1 });
    const path = `/api/hooks/${alive?.id}`;
    const refused = [
      await service.call('PATCH', path, { body: { name: 'x' } }),
      await service.call('DELETE', path),
      await service.call('PATCH', `${path}/signing-key`),
      await service.call('POST', '/api/hooks', {
        body: { events: ['PostSignIn'], config: { url: 'http://127.0.0.1/' } },
      }),
    ];
    for (const { status, body } of refused) {
      expect([status, body]).toMatchObject([
        503,
        { code: 'config.database_behind', message: /run config -- republish/ },
      ]);
    }
    expect((await service.call('GET', path)).status).toBe(200);
    expect(service.logLines.some((line) => line.includes('database.found_behind'))).toBe(true);

    await republish();
    expect(await epoch()).toBe(2);
    expect((await service.call('PATCH', path, { body: { name: 'after' } })).status).toBe(200);
    await allPublished();
    const fresh = await FollowedWebhooks.start(service.backends);
    await waitFor(() => running.records.length === fresh.records.length, { what: 'the reader that was running' });
    for (const state of [stateOf(running), stateOf(fresh), compacted(fresh)]) await expectExactly(state);
    await Promise.all([running.stop(), fresh.stop()]);

    // What it is now is no restore any more.
    await service.pause();
    await service.resume();
    expect((await service.call('PATCH', path, { body: { name: 'again' } })).status).toBe(200);
  }, 120_000);

  it('is cured by a republish that was killed in the middle, run again, while others write', async () => {
    const ids = await Promise.all(Array.from({ length: 450 }, async () => (await service.makeWebhook()).id));
    await allPublished();
    const dump = await DatabaseDump.take(service.dataSource);
    await load(ids, 10);
    await allPublished();
    await service.pause();
    await dump.restore();
    await service.resume();
    for (const moment of ['webhooks to tell', '200 of 450', '400 of 450', 'records to publish']) {
      const child = spawn(process.execPath, [cli, 'republish'], { env: service.environment() });
      let output = '';
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString();
        if (output.includes(moment)) child.kill('SIGKILL');
      });
      await once(child, 'exit');
      expect([moment, output]).toEqual([moment, expect.stringContaining('epoch')]);
    }
    const writing = load(ids, 10);
    await republish();
    await writing;
    await allPublished();
    const fresh = await FollowedWebhooks.start(service.backends);
    await expectExactly(stateOf(fresh));
    await expectExactly(compacted(fresh));
    await fresh.stop();
  }, 180_000);
});

describe('a database that is restored under a service that goes on', () => {
  it('is found behind before anything of it is published', async () => {
    const topic = await FollowedWebhooks.start(service.backends);
    const { id } = await service.makeWebhook();
    await allPublished();
    const dump = await DatabaseDump.take(service.dataSource);
    const rename = async (name: string) => service.call('PATCH', `/api/hooks/${id}`, { body: { name } });
    expect((await rename('lost')).status).toBe(200);
    await allPublished();
    await dump.restore();
    const statuses = new Set<number>();
    await waitFor(
      async () => {
        const { status, body } = await rename('after');
        statuses.add(status);
        return body['code'] === 'config.database_behind';
      },
      { what: 'the database to be found behind' },
    );
    // A change that was taken meanwhile could hide that the topic is ahead.
    expect([...statuses]).toEqual([503]);
    await republish();
    expect((await rename('after')).status).toBe(200);
    await waitFor(() => topic.of(id).at(-1)?.epoch === 2, { what: 'what republish tells' });
    const told = topic.of(id).filter(({ epoch: at }) => at === 1);
    expect(told.map(({ version }) => version)).toEqual([1, 2]);
    await topic.stop();
  }, 120_000);
});

describe('more unpublished changes than a statement has parameters', () => {
  it('are read for a watch, and told anew by republish', async () => {
    const goOn = await holdRelay(service.dataSource);
    const { id } = await service.makeWebhook();
    await rowsOf(
      service.dataSource,
      `INSERT INTO outbox (topic, key, tenant_id, version, previous_version, value, headers, epoch, committed_at_ms)
       SELECT topic, 'key-' || count, tenant_id, version, previous_version, value, headers, epoch, committed_at_ms
       FROM outbox, generate_series(1, 66000) AS count WHERE key = $1`,
      [id],
    );
    const { webhooks } = await new PostgresWebhookChanges(service.dataSource).snapshot();
    expect(webhooks).toEqual([]);
    const begun = await new PostgresRepublication(service.dataSource).begin({
      webhooks: new Map(),
      eventTypes: new Map(),
    });
    expect(begun).toEqual({ epoch: 2, webhooks: 1, deletions: 0 });
    await goOn();
  });
});

describe('a topic that was emptied', () => {
  it('is filled by republish, deletions included', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await service.makeWebhook()).id));
    const [gone = ''] = ids;
    await service.call('DELETE', `/api/hooks/${gone}`);
    await allPublished();
    const { kafkaBrokers, topics, layout } = service.backends;
    const connection = { brokers: kafkaBrokers.split(','), clientId: 'test' };
    const admin = new Kafka(connection).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topics.webhooks] });
    await waitFor(async () => !(await admin.listTopics()).includes(topics.webhooks), { what: 'the topic to be gone' });
    await admin.disconnect();
    await ensureTopics(connection, topicSpecs(topics, layout));

    const lines = await republish();
    expect(lines.at(-1)).toBe('all published');
    const fresh = await FollowedWebhooks.start(service.backends);
    await expectExactly(stateOf(fresh));
    expect(stateOf(fresh).get(gone)).toMatchObject({ deleted: true, epoch: 2, version: 2 });
    await fresh.stop();
  }, 120_000);
});
