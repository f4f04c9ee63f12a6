import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import { BREAKER_CHANGES_SINCE, LATEST_BREAKER_CHANGES } from '../../../projections/breaker-changes.sql.ts';
import type { BreakerHistory } from '../../application/health-counts.port.ts';
import type { BreakerChange } from '../../domain/webhook-health.ts';

export class PostgresBreakerHistory implements BreakerHistory {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async changes(tenantId: string, webhookId: string, sinceMs: number): Promise<readonly BreakerChange[]> {
    return rowsOf<BreakerChange>(this.#dataSource, BREAKER_CHANGES_SINCE, [tenantId, webhookId, new Date(sinceMs)]);
  }

  async latest(
    tenantId: string,
    webhookIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly BreakerChange[]>> {
    const rows = await rowsOf<BreakerChange & { readonly webhookId: string }>(
      this.#dataSource,
      LATEST_BREAKER_CHANGES,
      [tenantId, webhookIds],
    );
    return Map.groupBy(rows, ({ webhookId }) => webhookId);
  }
}
