import type { IdentityKey } from '@signalbox/identity';
import CircuitBreaker from 'opossum';
import type { CountedDeliveries, ExecutionStatsSource, StatsReader } from '../../application/execution-stats.port.ts';
import { InternalClient } from './internal-client.ts';

export interface GrpcStatsOptions {
  /** `host:port`. */
  readonly address: string;
  readonly identityKey: IdentityKey;
  /** For all of one question; default 200. */
  readonly deadlineMs?: number;
  readonly onUnavailable: (error: unknown) => void;
}

/** Of monitoring.proto. */
const MAX_IDS = 100;
/** An answer without stats is wanted within 300 ms, and the webhooks have to be read too. */
const DEADLINE_MS = 200;

interface CountedWebhook extends CountedDeliveries {
  readonly webhookId: string;
}

type ToldWebhook = Omit<CountedWebhook, 'failureCount'> & Partial<CountedWebhook>;

function isWhole(told: ToldWebhook): told is CountedWebhook {
  return typeof told.failureCount === 'number';
}

/** Asks monitoring for counts. They decorate answers that are right without them, so waiting for them is bounded. */
export class GrpcExecutionStats implements ExecutionStatsSource {
  readonly #options: GrpcStatsOptions;
  readonly #client: InternalClient;
  readonly #breaker: CircuitBreaker<[StatsReader, readonly string[]], readonly CountedWebhook[]>;

  constructor(options: GrpcStatsOptions) {
    this.#options = options;
    const { address, identityKey } = options;
    const service = 'signalbox.monitoring.v1.Stats';
    this.#client = new InternalClient({ proto: 'monitoring', service, address, audience: 'monitoring', identityKey });
    this.#breaker = new CircuitBreaker(
      async (reader: StatsReader, ids: readonly string[]) => this.#ask(reader, ids),
      // The calls have a deadline of their own, which also ends them.
      { timeout: false, errorThresholdPercentage: 50, volumeThreshold: 5, resetTimeout: 2_000 },
    );
  }

  async statsOf(
    reader: StatsReader,
    webhookIds: readonly string[],
  ): Promise<ReadonlyMap<string, CountedDeliveries> | undefined> {
    try {
      const counted = await this.#breaker.fire(reader, webhookIds);
      return new Map(counted.map(({ webhookId, ...counts }) => [webhookId, counts]));
    } catch (error) {
      this.#options.onUnavailable(error);
      return undefined;
    }
  }

  close(): void {
    this.#breaker.shutdown();
    this.#client.close();
  }

  async #ask(reader: StatsReader, webhookIds: readonly string[]): Promise<readonly CountedWebhook[]> {
    const chunks = Array.from({ length: Math.ceil(webhookIds.length / MAX_IDS) }, (_, index) =>
      webhookIds.slice(index * MAX_IDS, (index + 1) * MAX_IDS),
    );
    const { deadlineMs = DEADLINE_MS } = this.#options;
    const answers = await Promise.all(
      chunks.map(async (ids) =>
        this.#client.call<{ readonly stats: readonly ToldWebhook[] }>(
          'getExecutionStats',
          reader,
          { webhookIds: ids },
          deadlineMs,
        ),
      ),
    );
    const counted = answers.flatMap(({ stats }) => stats);
    // Taken for none, webhooks that fail would be told as healthy while services of two versions run side by side.
    if (!counted.every(isWhole)) throw new Error('monitoring is of an older version: it tells no failure_count');
    return counted;
  }
}
