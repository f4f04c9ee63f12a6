import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type {
  Owner,
  ResendRequests,
  ResendableDelivery,
  RoundRequest,
} from '../../application/resend-requests.port.ts';
import { requestParameters, resendableOf } from './request-parameters.ts';
import type { ResendableRow } from './resend.sql.ts';
import { INSERT_REQUESTS, RESENDABLE } from './resend.sql.ts';

export class PostgresResendRequests implements ResendRequests {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async find({ tenantId, webhookId }: Owner, deliveryId: string): Promise<ResendableDelivery | undefined> {
    const [found] = await rowsOf<ResendableRow>(
      this.#dataSource,
      `SELECT ${RESENDABLE} FROM delivery_place AS place
       JOIN delivery AS d ON d.delivery_id = place.delivery_id AND d.first_scheduled_at = place.first_scheduled_at
       WHERE place.delivery_id = $3 AND d.tenant_id = $1 AND d.webhook_id = $2
       ORDER BY d.first_scheduled_at LIMIT 1`,
      [tenantId, webhookId, deliveryId],
    );
    return found === undefined ? undefined : resendableOf(found);
  }

  async add(owner: Owner, request: RoundRequest): Promise<boolean> {
    const rows = await rowsOf<object>(this.#dataSource, INSERT_REQUESTS, requestParameters(owner, request, [request]));
    return rows.length === 1;
  }
}
