import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { FactLog } from '../testing/fact-log.ts';
import { attempted } from '../testing/facts.ts';
import { RpcClient, RpcRefusal } from '../testing/rpc-client.ts';
import { startMonitoring } from '../testing/running-monitoring.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';

let monitoring: RunningMonitoring;
let client: RpcClient;
beforeAll(async () => {
  monitoring = await startMonitoring();
  client = new RpcClient(monitoring.grpcUrl, 'FailingWebhooks');
});
afterAll(async () => {
  client?.close();
  await monitoring?.stop();
});

const DAY_MS = 86_400_000;

/** The answer, or the name of the status it was refused with. */
async function call(count: number, token?: string, longestSpanMs = DAY_MS): Promise<unknown> {
  const webhooks = Array.from({ length: count }, (_, index) => ({
    webhookId: `w${index}`,
    sinceMs: 1,
    failingSinceMs: 1,
  }));
  try {
    return await client.call('ListFailingWebhooks', { webhooks, spanMs: 1, minFailures: 10, longestSpanMs }, token);
  } catch (error) {
    if (error instanceof RpcRefusal) return error.status;
    throw error;
  }
}

describe('signalbox.monitoring.v1.FailingWebhooks', () => {
  it('answers who carries an identity for monitoring, of 500 webhooks at most', async () => {
    expect(await call(1)).toBe('UNAUTHENTICATED');
    expect(await call(1, await monitoring.identity({}, 'dispatcher'))).toBe('UNAUTHENTICATED');
    const token = await monitoring.identity({ actor: 'system', scopes: [] });
    expect(await call(500, token)).toEqual({ failing: [], recoveredWebhookIds: [] });
    expect(await call(501, token)).toBe('INVALID_ARGUMENT');
    expect(await call(1, token, 7 * DAY_MS)).toBe('FAILED_PRECONDITION');
  });

  it('knows of a success that was in the log when it was asked, and not yet projected (C7)', async () => {
    const token = await monitoring.identity({ actor: 'system', scopes: [] });
    const log = await FactLog.open(monitoring);
    const runner = monitoring.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      await runner.query('LOCK TABLE monitoring.projection_offset IN SHARE MODE');
      log.append({ webhookId: 'w0', index: 0 }, attempted({ atMs: Date.now() }));
      // The projector has read it, and cannot write it.
      await log.flushed();
      await waitFor(
        async () => {
          const [held] = await monitoring.dataSource.query<{ count: number }[]>(
            `SELECT count(*)::int AS count FROM pg_locks
             WHERE NOT granted AND relation = 'monitoring.projection_offset'::regclass`,
          );
          return (held?.count ?? 0) > 0;
        },
        { what: 'the projector waiting for its table' },
      );
      const asked = call(1, token);
      await runner.rollbackTransaction();
      expect(await asked).toEqual({ failing: [], recoveredWebhookIds: ['w0'] });
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
      await log.close();
    }
  });
});
