import { PostgresSession } from '@signalbox/postgres';
import { ms } from '../../../database/unix-ms.sql.ts';
import type {
  BulkStep,
  DeliveryToResend,
  HeldResends,
  ResendHolding,
  RunningBulk,
  UnrelayedRound,
} from '../../application/resend-relay.port.ts';
import type { ResendableDelivery } from '../../application/resend-requests.port.ts';
import { requestParameters, resendableOf } from './request-parameters.ts';
import type { ResendableRow } from './resend.sql.ts';
import { STEP, UNRELAYED, candidates } from './resend.sql.ts';

const LOCK = 'monitoring:resend-relay';

/** One instance at a time relays: the holder of an advisory lock, over the very connection that holds it. */
export class PostgresResendHolding implements ResendHolding {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async tryHold(onLost: () => void): Promise<HeldResends | undefined> {
    const session = await PostgresSession.open({
      url: this.#url,
      schema: 'monitoring',
      applicationName: 'signalbox-monitoring resends',
      onLost,
    });
    try {
      if (await session.tryLock(LOCK)) return new PostgresHeldResends(session);
    } catch (error) {
      await session.close().catch(() => undefined);
      throw error;
    }
    await session.close();
    return undefined;
  }
}

type UnrelayedRow = Pick<UnrelayedRound, 'deliveryId' | 'round'> & {
  readonly [Field in keyof DeliveryToResend]: DeliveryToResend[Field] | null;
};

class PostgresHeldResends implements HeldResends {
  readonly #session: PostgresSession;

  constructor(session: PostgresSession) {
    this.#session = session;
  }

  async unrelayed(limit: number): Promise<readonly UnrelayedRound[]> {
    const rows = await this.#session.query<UnrelayedRow>(UNRELAYED, [limit]);
    return rows.map(({ deliveryId, round, ...delivery }) => ({
      deliveryId,
      round,
      delivery: isKept(delivery) ? delivery : null,
    }));
  }

  async markRelayed(rounds: readonly Pick<UnrelayedRound, 'deliveryId' | 'round'>[], atMs: number): Promise<void> {
    await this.#session.query(
      `UPDATE resend SET relayed_at = $3 FROM unnest($1::uuid[], $2::int4[]) AS done (delivery_id, round)
       WHERE resend.delivery_id = done.delivery_id AND resend.round = done.round`,
      [rounds.map(({ deliveryId }) => deliveryId), rounds.map(({ round }) => round), new Date(atMs)],
    );
  }

  async runningBulks(): Promise<readonly RunningBulk[]> {
    const rows = await this.#session.query<RunningBulk['owner'] & Omit<RunningBulk, 'owner'>>(
      `SELECT id, tenant_id AS "tenantId", webhook_id AS "webhookId", filter_state AS state,
         rate_per_second AS "ratePerSecond", created_by AS actor, ${ms('created_at')} AS "createdAtMs"
       FROM bulk_resend WHERE state = 'running'`,
    );
    return rows.map(({ tenantId, webhookId, ...bulk }) => ({ ...bulk, owner: { tenantId, webhookId } }));
  }

  async candidates({ id, state }: RunningBulk, limit: number): Promise<readonly ResendableDelivery[]> {
    const rows = await this.#session.query<ResendableRow>(candidates(state), [id, limit]);
    return rows.map(resendableOf);
  }

  async step({ id, owner, actor }: RunningBulk, step: BulkStep, atMs: number): Promise<number> {
    const { requests, passedOver, after, isLast } = step;
    const [stepped] = await this.#session.query<{ resent: number }>(STEP, [
      ...requestParameters(owner, { actor, bulkId: id, atMs }, requests),
      passedOver,
      after === null ? null : new Date(after.firstScheduledAtMs),
      after?.deliveryId ?? null,
      isLast,
    ]);
    return stepped?.resent ?? 0;
  }

  async prune(keepMs: number): Promise<void> {
    const since = `now() - $1 * interval '1 ms'`;
    await this.#session.query(`DELETE FROM resend WHERE requested_at < ${since}`, [keepMs]);
    await this.#session.query(`DELETE FROM bulk_resend WHERE created_at < ${since} AND state <> 'running'`, [keepMs]);
  }

  async release(): Promise<void> {
    await this.#session.close();
  }
}

function isKept(delivery: Omit<UnrelayedRow, 'deliveryId' | 'round'>): delivery is DeliveryToResend {
  return delivery.body !== null;
}
