import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FactLog, idOf } from '../testing/fact-log.ts';
import { attempted, deferred, expired, skipped } from '../testing/facts.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';
import { startMonitoring } from '../testing/running-monitoring.ts';
import { verifyCommand } from './verify-command.ts';

let monitoring: RunningMonitoring;
let log: FactLog;
const webhookId = 'hook-to-verify';

beforeAll(async () => {
  monitoring = await startMonitoring();
  log = await FactLog.open(monitoring);
});
afterAll(async () => {
  await log?.close();
  await monitoring?.stop();
});

async function verified(
  options?: Parameters<typeof verifyCommand>[2],
  maxFacts?: number,
): Promise<{ isEqual: boolean; said: string }> {
  const lines: string[] = [];
  const isEqual = await verifyCommand(monitoring.env, (line) => lines.push(line), options, maxFacts);
  return { isEqual, said: lines.join('\n') };
}

/** Runs `sql` on the tables, and takes it back after `check`. */
async function tamperedBy(sql: string, undo: string, check: (said: string) => void): Promise<void> {
  await monitoring.dataSource.query(sql);
  const { isEqual, said } = await verified();
  await monitoring.dataSource.query(undo);
  expect(isEqual).toBe(false);
  check(said);
}

describe('verify', () => {
  beforeAll(async () => {
    const twin = attempted({ outcome: 'retrying', nextAttemptAtMs: Date.now() + 5_000 });
    log.append({ webhookId, index: 1 }, attempted());
    log.append(
      { webhookId, index: 2 },
      twin,
      { ...twin, atMs: twin.atMs + 1 },
      attempted({ attemptNumber: 2, outcome: 'failed' }),
    );
    log.append({ webhookId, index: 3 }, deferred(), expired({ deferrals: 1 }));
    log.append({ webhookId, index: 4 }, twin, skipped({ attemptNumber: 2 }));
    log.append({ webhookId, index: 5 }, skipped());
    log.append({ webhookId, index: 6 }, deferred());
    log.append({ webhookId, index: 7 });
    const text = { answer: 'a\0b\uD800', error: 'answered 500', headerNames: 'x-a' };
    log.append(
      { webhookId, index: 8 },
      attempted({ outcome: 'failed', statusCode: 500, errorClass: 'http-status', ...text }),
    );
    await log.projected();
  });

  it('finds no difference between the facts and what was made of them', async () => {
    const { isEqual, said } = await verified();
    expect(said).toContain('11 facts');
    expect(said).toContain('7 deliveries compared');
    expect(said).toContain('no difference');
    expect(isEqual).toBe(true);
  });

  it('names a delivery whose state was altered, with where its last fact lies', async () => {
    const id = idOf({ webhookId, index: 1 });
    await tamperedBy(
      `UPDATE monitoring.delivery SET state = 'failed' WHERE delivery_id = '${id}'`,
      `UPDATE monitoring.delivery SET state = 'succeeded' WHERE delivery_id = '${id}'`,
      (said) =>
        expect(said).toContain(
          `delivery ${id} of webhook ${webhookId} (attempts[0] offset 0): its row says failed, its facts say succeeded`,
        ),
    );
  });

  it('names a delivery whose row is missing, and one that has no facts', async () => {
    const id = idOf({ webhookId, index: 2 });
    const stray = idOf({ webhookId, index: 99 });
    await tamperedBy(
      `UPDATE monitoring.delivery SET delivery_id = '${stray}' WHERE delivery_id = '${id}'`,
      `UPDATE monitoring.delivery SET delivery_id = '${id}' WHERE delivery_id = '${stray}'`,
      (said) => {
        expect(said).toContain(`delivery ${id} of webhook ${webhookId} (attempts[0] offset 3): has facts and no row`);
        expect(said).toContain(`delivery ${stray} of webhook ${webhookId}: has a row and no facts`);
      },
    );
  });

  it('names a minute and an hour whose counts are off, and an attempt that is missing', async () => {
    await tamperedBy(
      `UPDATE monitoring.webhook_minute SET requests = requests + 1; UPDATE monitoring.webhook_hour SET l5 = coalesce(l5, 0) + 1`,
      `UPDATE monitoring.webhook_minute SET requests = requests - 1; UPDATE monitoring.webhook_hour SET l5 = l5 - 1`,
      (said) => {
        expect(said).toMatch(/minute \S+ of webhook hook-to-verify: requests is \d, the facts say \d/);
        expect(said).toMatch(/hour \S+ of webhook hook-to-verify: l5 is \d, the facts say \d/);
      },
    );
    expect((await verified()).isEqual).toBe(true);
  });

  it('names an attempt whose row is missing, altered or doubled by hand, with the offset of its fact', async () => {
    const id = idOf({ webhookId, index: 2 });
    const of = `delivery_id = '${id}' AND kind = 'attempted' AND attempt_number`;
    const at = (offset: number): string => `delivery ${id} of webhook ${webhookId} (attempts[0] offset ${offset})`;
    await tamperedBy(
      `UPDATE monitoring.attempt SET status_code = 418 WHERE ${of} = 2`,
      `UPDATE monitoring.attempt SET status_code = NULL WHERE ${of} = 2`,
      (said) => expect(said).toContain(`${at(3)}: statusCode of "attempted 0/2/0" is 418, the fact says null`),
    );
    await tamperedBy(
      `UPDATE monitoring.attempt SET answer = 'sorry', verdict = 'abort-delivery', dns_ms = 5, tenant_id = 'x' WHERE ${of} = 2`,
      `UPDATE monitoring.attempt SET answer = NULL, verdict = NULL, dns_ms = NULL, tenant_id = 'default' WHERE ${of} = 2`,
      (said) => {
        for (const name of ['answer', 'verdict', 'dns']) {
          expect(said).toContain(`${at(3)}: ${name} of "attempted 0/2/0" is not what the fact says`);
        }
        expect(said).toContain(`${at(3)}: tenantId of "attempted 0/2/0" is x, the fact says default`);
        expect(said).toContain('4 differences');
      },
    );
    await tamperedBy(
      `UPDATE monitoring.attempt SET attempt_number = 7 WHERE ${of} = 2`,
      `UPDATE monitoring.attempt SET attempt_number = 2 WHERE ${of} = 7`,
      (said) => {
        expect(said).toContain(`${at(3)}: "attempted 0/2/0" has no row`);
        expect(said).toContain(`delivery ${id} of webhook ${webhookId}: its row "attempted 0/7/0" has no fact`);
      },
    );
    const copied = (table: string): string => `
      CREATE TEMP TABLE copied AS SELECT * FROM monitoring.${table} WHERE delivery_id = '${id}';
      UPDATE copied SET first_scheduled_at = first_scheduled_at + interval '1 second';
      INSERT INTO monitoring.${table} SELECT * FROM copied; DROP TABLE copied`;
    const undone = (table: string): string => `
      DELETE FROM monitoring.${table} AS one USING monitoring.delivery_place AS place
      WHERE one.delivery_id = place.delivery_id AND one.first_scheduled_at > place.first_scheduled_at`;
    await tamperedBy(copied('delivery'), undone('delivery'), (said) =>
      expect(said).toContain(`${at(3)}: has two rows`),
    );
    await tamperedBy(copied('attempt'), undone('attempt'), (said) =>
      expect(said).toContain(`${at(3)}: "attempted 0/2/0" has two rows`),
    );
    expect((await verified()).isEqual).toBe(true);
  });

  it('takes a row of an older version, which kept no names of headers, for a whole one', async () => {
    const of = `delivery_id = '${idOf({ webhookId, index: 8 })}'`;
    await monitoring.dataSource.query(`UPDATE monitoring.attempt SET detail = NULL WHERE ${of}`);
    expect((await verified()).isEqual).toBe(true);
    await tamperedBy(
      `UPDATE monitoring.attempt SET detail = 'x-b' WHERE ${of}`,
      `UPDATE monitoring.attempt SET detail = 'x-a' WHERE ${of}`,
      (said) => expect(said).toContain('detail of "attempted 0/1/0" is not what the fact says'),
    );
  });

  it('names what was altered by hand in the row of a delivery', async () => {
    const id = idOf({ webhookId, index: 8 });
    const row = `monitoring.delivery WHERE delivery_id = '${id}'`;
    const altered = async (change: string, differences: readonly string[]): Promise<void> =>
      tamperedBy(
        `CREATE TABLE kept AS SELECT * FROM ${row}; UPDATE monitoring.delivery SET ${change} WHERE delivery_id = '${id}'`,
        `DELETE FROM ${row}; INSERT INTO monitoring.delivery SELECT * FROM kept; DROP TABLE kept`,
        (said) => {
          const at = `delivery ${id} of webhook ${webhookId} (attempts[0] offset 10): `;
          const told = said.split('\n').filter((line) => line.startsWith(at));
          expect(told.map((line) => line.slice(at.length))).toEqual(differences);
        },
      );
    await altered(
      `status_code = 418, error_class = 'dns', best_total_ms = 1, has_succeeded = true, reason = 'nobody knows',
       event_type = 'Other', has_expired = true, round_state = 'waiting'`,
      [
        'when and why it is failed is not what its facts say',
        'it is stored as event Other, its facts say User.Created',
        'it has not expired',
        'the success of its answer is true, its facts say false',
        'the duration of its answer is 1, its facts say 12',
        'the status of its answer is 418, its facts say 500',
        'the error class of its answer is dns, its facts say http-status',
        'its round 0 is waiting, its facts say failed',
      ],
    );
    await altered('round = 1', ['its round 1 is failed, its facts say queued']);
    expect((await verified()).isEqual).toBe(true);
  });

  it('compares the counts of tenants with those of their webhooks', async () => {
    await tamperedBy(
      `UPDATE monitoring.tenant_hour SET requests = requests + 1 WHERE tenant_id = 'default'`,
      `UPDATE monitoring.tenant_hour SET requests = requests - 1 WHERE tenant_id = 'default'`,
      (said) => expect(said).toMatch(/hour \S+ of tenant default: its counts are not those of the webhooks added up/),
    );
  });

  it('looks at one webhook or one time alone, and says where the topic begins', async () => {
    const other = 'hook-beside';
    log.append({ webhookId: other, index: 1 }, attempted());
    await log.projected();
    const all = { webhookId: null, fromMs: null, toMs: null };
    const one = await verified({ ...all, webhookId: other });
    expect(one.said).toContain('1 deliveries compared');
    expect(one.said).toMatch(/attempts begins in partition 0 at offset 0 of \d{4}-/);
    const early = await verified({ ...all, fromMs: Date.now() - 48 * 3_600_000, toMs: Date.now() - 24 * 3_600_000 });
    expect(early).toMatchObject({ isEqual: true });
    expect(early.said).toContain('0 deliveries compared');
  });

  it('reads the topic in several passes when there are more facts than it may hold', async () => {
    const { isEqual, said } = await verified(undefined, 3);
    expect(isEqual).toBe(true);
    expect(said).toMatch(/12 facts of \S+ read up to where they are projected, in 4 passes/);
    expect(said).toContain('8 deliveries compared');
  });
});
