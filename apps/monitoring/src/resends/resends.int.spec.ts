import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeDelivery } from '@signalbox/contracts';
import type { LogRecord } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';
import type { LogFollower } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import { callApi } from '../testing/api-caller.ts';
import { attempted, deferred } from '../testing/facts.ts';
import type { Published } from '../testing/fact-log.ts';
import { FactLog, idOf } from '../testing/fact-log.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';
import { startMonitoring } from '../testing/running-monitoring.ts';

const SCOPES = ['deliveries:read', 'deliveries:resend'];
const now = Date.now();
const failed = attempted({ outcome: 'failed', statusCode: 500, webhookEpoch: 2, webhookVersion: 7 });

let monitoring: RunningMonitoring;
let log: FactLog;
let follower: LogFollower;
const records: LogRecord[] = [];
beforeAll(async () => {
  monitoring = await startMonitoring();
  log = await FactLog.open(monitoring);
  follower = createLogFollower({
    connection: monitoring.connection,
    topic: monitoring.backends.topics.deliveries,
    onRecord: (record) => records.push(record),
    onFatal: (error) => {
      throw error;
    },
  });
  await follower.start();
});
afterAll(async () => {
  await follower?.stop();
  await log?.close();
  await monitoring?.stop();
});

const call = async (method: string, path: string, body?: unknown, tenantId = 'default', scopes = SCOPES) =>
  callApi(monitoring, path, { method, body, who: { tenantId, scopes, actor: 'someone' } });
const resend = async (of: Published) =>
  call('POST', `/api/hooks/${of.webhookId}/deliveries/${idOf(of)}/resend`, undefined, of.tenantId);
const shown = async ({ webhookId, index }: Published) =>
  (await call('GET', `/api/hooks/${webhookId}/deliveries/${idOf({ webhookId, index })}`)).body as Shown;

interface Shown {
  readonly state: string;
  readonly rounds: number;
  readonly openRound?: object;
  readonly timeline: readonly { readonly kind: string; readonly round: number }[];
}

/** The records of a delivery's further rounds, as they come. */
const roundsOf = (of: Published) =>
  records.flatMap((record) => {
    const delivery = decodeDelivery(record.headers);
    return delivery?.deliveryId === idOf(of) && delivery.round > 0 ? [{ record, delivery }] : [];
  });

async function relayed(of: Published, count: number): Promise<void> {
  await waitFor(() => roundsOf(of).length >= count, { what: `${count} further rounds in the log` });
}

/** Waits until a state of the latest round is known, and what was sent: facts may be read before the delivery's record. */
async function roundIs(of: Published, round: number, state: string): Promise<void> {
  await waitFor(
    async () => {
      const [row] = await monitoring.dataSource.query<{ round: number; round_state: string; has_body: boolean }[]>(
        'SELECT round, round_state, body IS NOT NULL AS has_body FROM monitoring.delivery WHERE delivery_id = $1',
        [idOf(of)],
      );
      return row?.round === round && row.round_state === state && row.has_body;
    },
    { what: `round ${round} to be ${state}` },
  );
}

describe('a delivery that is resent', () => {
  const of: Published = { webhookId: 'hook-resent', index: 1, atMs: now - 60_000 };
  beforeAll(async () => {
    log.append(of, failed);
    await log.projected();
  });

  it('goes to the log as the router put it there, as its next round', async () => {
    const isIts = (record: LogRecord): boolean => decodeDelivery(record.headers)?.deliveryId === idOf(of);
    const before = await waitFor(() => records.find(isIts), { what: 'the delivery in the log' });
    expect(await resend(of)).toMatchObject({ status: 202, body: { id: idOf(of), hookId: of.webhookId, round: 1 } });
    await relayed(of, 1);
    const [again] = roundsOf(of);
    expect(again?.record.key).toEqual(before.key);
    expect(again?.record.value).toEqual(before.value);
    expect(Object.keys(again?.record.headers ?? {})).toEqual(['delivery']);
    expect(again?.delivery).toEqual({
      deliveryId: idOf(of),
      tenantId: 'default',
      eventId: 'event-1',
      eventType: 'User.Created',
      round: 1,
      attemptNumber: 1,
      deferrals: 0,
      firstScheduledAtMs: of.atMs,
      roundStartedAtMs: 0,
      webhookEpoch: 2,
      webhookVersion: 7,
      sourceTopic: 'resends',
      sourcePartition: 0,
      sourceOffset: 0,
    });
  });

  it('has one open round whatever else is asked for, and says so', async () => {
    await roundIs(of, 1, 'queued');
    expect(await resend(of)).toMatchObject({
      status: 409,
      // Due as soon as its turn comes.
      body: { code: 'delivery.round_open', data: { nextAttemptAt: expect.any(Number) } },
    });
    log.appendFacts(of, attempted({ round: 1, outcome: 'retrying', nextAttemptAtMs: now + 77_000, statusCode: 503 }));
    await roundIs(of, 1, 'retrying');
    expect(await resend(of)).toMatchObject({ status: 409, body: { data: { nextAttemptAt: now + 77_000 } } });
    expect(await shown(of)).toMatchObject({
      state: 'failed',
      rounds: 2,
      openRound: { round: 1, state: 'retrying', nextAttemptAt: now + 77_000 },
    });
  });

  it('is one entry of the log with all of its rounds, and can be resent again', async () => {
    log.appendFacts(of, attempted({ round: 1, attemptNumber: 2, statusCode: 200 }));
    await roundIs(of, 1, 'succeeded');
    const entries = await call('GET', `/api/hooks/${of.webhookId}/recent-logs`);
    expect(entries.body).toMatchObject([{ id: idOf(of), payload: { result: 'Success' } }]);
    const { openRound, timeline, ...delivery } = await shown(of);
    expect({ ...delivery, openRound }).toMatchObject({ state: 'succeeded', rounds: 2, openRound: undefined });
    expect(timeline.map(({ kind, round }) => [kind, round])).toEqual([
      ['attempted', 0],
      ['resent', 1],
      ['attempted', 1],
      ['attempted', 1],
    ]);
    expect(timeline[1]).toMatchObject({ actor: 'someone' });
    expect(await resend(of)).toMatchObject({ status: 202, body: { round: 2 } });
    await relayed(of, 2);
  });

  it('is one round for ten clicks at once, whichever of two instances takes them', async () => {
    const clicked: Published = { webhookId: 'hook-clicked', index: 1 };
    const other = await startMonitoring(monitoring);
    try {
      log.append(clicked, failed);
      await roundIs(clicked, 0, 'failed');
      const path = `/api/hooks/${clicked.webhookId}`;
      const dryRun = { state: 'failed', from: 0, to: 1, dryRun: true };
      const who = { scopes: SCOPES };
      await waitFor(
        async () => (await callApi(other, `${path}/resends`, { method: 'POST', body: dryRun, who })).status === 200,
        { what: 'the other instance to know the log' },
      );
      const click = async (_: unknown, index: number) =>
        callApi(index % 2 === 0 ? monitoring : other, `${path}/deliveries/${idOf(clicked)}/resend`, {
          method: 'POST',
          who,
        });
      const answers = await Promise.all(Array.from({ length: 10 }, click));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([202, ...Array<number>(9).fill(409)]);
      await roundIs(clicked, 1, 'queued');
      expect(roundsOf(clicked)).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });

  it('waits until its own round has ended', async () => {
    const open: Published = { webhookId: 'hook-open', index: 1 };
    log.append(open, deferred({ dueAtMs: now + 5_000 }));
    await roundIs(open, 0, 'waiting');
    expect(await resend(open)).toMatchObject({ status: 409, body: { data: { nextAttemptAt: now + 5_000 } } });
  });

  it('must be one of the webhook and the tenant that ask, by someone who may', async () => {
    const path = `/api/hooks/${of.webhookId}/deliveries/${idOf(of)}/resend`;
    expect((await call('POST', path, undefined, 'acme')).status).toBe(404);
    expect((await call('POST', path.replace(of.webhookId, 'hook-other'))).status).toBe(404);
    expect((await call('POST', path.replace(idOf(of), 'no-id'))).status).toBe(404);
    expect((await call('POST', path, undefined, 'default', ['deliveries:read'])).status).toBe(403);
  });

  it('is not sent twice when its relay died before it took a note', async () => {
    const of2: Published = { webhookId: 'hook-noted', index: 1 };
    log.append(of2, failed);
    await roundIs(of2, 0, 'failed');
    await resend(of2);
    await roundIs(of2, 1, 'queued');
    await monitoring.dataSource.query('UPDATE monitoring.resend SET relayed_at = NULL WHERE delivery_id = $1', [
      idOf(of2),
    ]);
    await waitFor(
      async () => {
        const rows = await monitoring.dataSource.query<object[]>(
          'SELECT 1 FROM monitoring.resend WHERE delivery_id = $1 AND relayed_at IS NOT NULL',
          [idOf(of2)],
        );
        return rows.length === 1;
      },
      { what: 'the note' },
    );
    expect(roundsOf(of2)).toHaveLength(1);
  });
});

describe('a resend of many', () => {
  const webhookId = 'hook-bulk';
  const path = `/api/hooks/${webhookId}/resends`;
  const filter = { state: 'failed', from: now - 1_000, to: now + 1_000 };
  const at = (index: number): Published => ({ webhookId, index, atMs: now - 500 + index });
  const all = Array.from({ length: 20 }, (_, index) => at(index));
  const relayedOnes = () => all.filter((of) => roundsOf(of).length > 0);

  beforeAll(async () => {
    for (const of of all) log.append(of, failed);
    log.append(at(100), attempted());
    log.append({ ...at(101), eventType: 'User.Deleted' }, failed);
    log.append({ webhookId, index: 102, atMs: now - 5_000 }, failed);
    for (const of of [...all, at(100), at(101)]) await roundIs(of, 0, of.index === 100 ? 'succeeded' : 'failed');
  });
  const progressOf = async (id: string) => (await call('GET', `${path}/${id}`)).body as Progress;
  interface Progress {
    readonly id: string;
    readonly state: string;
    readonly counts: Record<'matching' | 'resent' | 'passedOver' | 'remaining', number>;
  }

  it('only counts in a dry run', async () => {
    expect(await call('POST', path, { ...filter, dryRun: true })).toEqual({
      status: 200,
      body: { dryRun: true, matching: 21 },
    });
    const ofEvent = await call('POST', path, { ...filter, dryRun: true, event: 'User.Deleted' });
    expect(ofEvent.body).toEqual({ dryRun: true, matching: 1 });
    expect(await call('GET', path)).toEqual({ status: 200, body: { data: [] } });
  });

  it('stops when it is cancelled, and keeps what it has done', async () => {
    const begun = await call('POST', path, { ...filter, event: 'User.Created', ratePerSecond: 4 });
    expect(begun).toMatchObject({
      status: 202,
      body: { hookId: webhookId, state: 'running', createdBy: 'someone', counts: { matching: 20, resent: 0 } },
    });
    const { id } = begun.body as Progress;
    await waitFor(() => relayedOnes().length >= 2, { what: 'the first rounds' });
    expect(await call('DELETE', `${path}/${id}`)).toMatchObject({ status: 202, body: { state: 'cancelled' } });
    const { counts } = await progressOf(id);
    await waitFor(() => relayedOnes().length === counts.resent, { what: 'all that was resent' });
    expect(counts.resent).toBeLessThan(20);
    expect(counts.remaining).toBe(20 - counts.resent);
    // Oldest first.
    expect(relayedOnes().map(({ index }) => index)).toEqual(all.slice(0, counts.resent).map(({ index }) => index));
  });

  it('is one however often it is asked for with one key, at the same time too; another key or actor begins another', async () => {
    // Still to come: what it ends with is when it was asked for first.
    const none = { ...filter, event: 'User.Suspended', ratePerSecond: 1, from: 1, to: now + 3_600_000 };
    const ask = async (idempotencyKey: string, actor: string, change: object = {}) =>
      callApi(monitoring, path, {
        method: 'POST',
        body: { ...none, ...change },
        who: { tenantId: 'default', scopes: SCOPES, actor },
        idempotencyKey,
      });
    const asked = [ask('one', 'a'), ask('one', 'a'), ask('one', 'a'), ask('two', 'a'), ask('one', 'b')];
    const ids = (await Promise.all(asked)).map(({ body }) => (body as Progress).id);
    expect([new Set(ids.slice(0, 3)).size, new Set(ids).size]).toEqual([1, 3]);
    expect(((await ask('one', 'a')).body as Progress).id).toBe(ids[0]);
    for (const change of [{ to: 2 }, { from: 2 }, { state: 'expired' }, { event: undefined }, { ratePerSecond: 2 }]) {
      const other = await ask('one', 'a', change);
      expect([change, other]).toMatchObject([change, { status: 422, body: { code: 'request.idempotency_mismatch' } }]);
    }
    await monitoring.dataSource.query('DELETE FROM monitoring.bulk_resend WHERE id = ANY($1::uuid[])', [ids]);
  });

  it('resends the others at its rate, and passes over what has an open round', async () => {
    const open = relayedOnes();
    for (const of of open) await roundIs(of, 1, 'queued');
    const startedAtMs = performance.now();
    const { body } = await call('POST', path, { ...filter, ratePerSecond: 8 });
    const { id } = body as Progress;
    await waitFor(async () => (await progressOf(id)).state === 'done', { what: 'the end of the resend' });
    const tookMs = performance.now() - startedAtMs;
    const resent = 21 - open.length;
    expect(tookMs).toBeGreaterThan(((resent - 2) / 8) * 1_000);
    expect(await progressOf(id)).toMatchObject({
      counts: { matching: 21, resent, passedOver: open.length, remaining: 0 },
      endedAt: expect.any(Number),
    });
    await waitFor(() => relayedOnes().length === 20, { what: 'all rounds in the log' });
    for (const of of all) expect(roundsOf(of)).toHaveLength(1);
    const listed = (await call('GET', path)).body as { readonly data: readonly Progress[] };
    expect(listed.data.map(({ state }) => state)).toEqual(['done', 'cancelled']);
  });

  it('is not there for another tenant, nor what cannot be one', async () => {
    const { data } = (await call('GET', path)).body as { readonly data: readonly Progress[] };
    const one = `${path}/${data[0]?.id}`;
    expect((await call('GET', one, undefined, 'acme')).status).toBe(404);
    expect((await call('DELETE', one, undefined, 'acme')).status).toBe(404);
    expect((await call('GET', `${path}/no-id`)).status).toBe(404);
    expect((await call('GET', path, undefined, 'acme')).body).toEqual({ data: [] });
    expect((await call('POST', path, { ...filter, dryRun: true }, 'acme')).body).toMatchObject({ matching: 0 });
    expect((await call('POST', path, filter, 'default', ['deliveries:read'])).status).toBe(403);
    expect(await call('POST', path, { ...filter, state: 'open' })).toMatchObject({
      status: 400,
      body: { code: 'guard.invalid_input', details: [{ field: 'state' }] },
    });
  });
});
