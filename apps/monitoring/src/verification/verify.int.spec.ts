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

async function verified(): Promise<{ isEqual: boolean; said: string }> {
  const lines: string[] = [];
  const isEqual = await verifyCommand(monitoring.env, (line) => lines.push(line));
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
    await log.projected();
  });

  it('finds no difference between the facts and what was made of them', async () => {
    const { isEqual, said } = await verified();
    expect(said).toContain('10 facts');
    expect(said).toContain('6 deliveries compared');
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
        expect(said).toMatch(/hour \S+ of webhook hook-to-verify: attempts is \d, the facts say \d/);
      },
    );
    await tamperedBy(
      `UPDATE monitoring.attempt SET kind = 'skipped' WHERE kind = 'attempted' AND attempt_number = 2`,
      `UPDATE monitoring.attempt SET kind = 'attempted' WHERE kind = 'skipped' AND attempt_number = 2 AND outcome IS NOT NULL`,
      (said) => expect(said).toContain('1 attempts are stored, 2 were made'),
    );
    expect((await verified()).isEqual).toBe(true);
  });
});
