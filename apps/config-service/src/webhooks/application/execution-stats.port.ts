export interface ExecutionStats {
  /** Deliveries of the last 24 hours with an attempt that succeeded. */
  readonly successCount: number;
  /** Deliveries of the last 24 hours with an attempt, and expired ones. */
  readonly requestCount: number;
}

/** What lists are filtered and sorted by; what of it is told is the stats alone. */
export interface CountedDeliveries extends ExecutionStats {
  /** Deliveries of the last 24 hours that ended in failure. */
  readonly failureCount: number;
}

export interface StatsReader {
  readonly tenantId: string;
  readonly actor: string;
  readonly scopes: readonly string[];
}

export interface ExecutionStatsSource {
  /** By webhook id, one for each id asked; undefined when whoever counts does not answer in time. Never rejects. */
  statsOf(
    reader: StatsReader,
    webhookIds: readonly string[],
  ): Promise<ReadonlyMap<string, CountedDeliveries> | undefined>;
}
