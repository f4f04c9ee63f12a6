import { Metadata, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import type { Client, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER, issueIdentity } from '@signalbox/identity';
import type { IdentityKey } from '@signalbox/identity';
import CircuitBreaker from 'opossum';
import type { ExecutionStats, ExecutionStatsSource, StatsReader } from '../../application/execution-stats.port.ts';

export interface GrpcStatsOptions {
  /** `host:port`. */
  readonly address: string;
  readonly identityKey: IdentityKey;
  /** For all of one question; default 300. */
  readonly deadlineMs?: number;
  readonly onUnavailable: (error: unknown) => void;
}

const SERVICE = 'signalbox.monitoring.v1.Stats';
/** Of monitoring.proto. */
const MAX_IDS = 100;

interface StatsAnswer {
  readonly stats: readonly {
    readonly webhookId: string;
    readonly successCount: number;
    readonly requestCount: number;
  }[];
}

interface StatsClient extends Client {
  getExecutionStats(
    request: { readonly webhookIds: readonly string[] },
    metadata: Metadata,
    options: { readonly deadline: number },
    callback: (error: ServiceError | null, answer?: StatsAnswer) => void,
  ): void;
}

/** Asks monitoring for counts. They decorate answers that are right without them, so waiting for them is bounded. */
export class GrpcExecutionStats implements ExecutionStatsSource {
  readonly #options: GrpcStatsOptions;
  readonly #client: StatsClient;
  readonly #breaker: CircuitBreaker<[StatsReader, readonly string[]], StatsAnswer>;

  constructor(options: GrpcStatsOptions) {
    this.#options = options;
    const service = loadSync(protoPath('monitoring'), { keepCase: false, longs: Number, defaults: true })[SERVICE];
    const StatsClientClass = makeGenericClientConstructor(service as ServiceDefinition, SERVICE);
    this.#client = new StatsClientClass(options.address, credentials.createInsecure(), {
      // After a restart of monitoring the next question must not wait for the usual back-off of a minute.
      'grpc.max_reconnect_backoff_ms': 1_000,
      'grpc.initial_reconnect_backoff_ms': 100,
    }) as unknown as StatsClient;
    this.#breaker = new CircuitBreaker(
      async (reader: StatsReader, ids: readonly string[]) => this.#ask(reader, ids),
      // The call has a deadline of its own, which also ends it.
      { timeout: false, errorThresholdPercentage: 50, volumeThreshold: 5, resetTimeout: 2_000 },
    );
  }

  async statsOf(
    reader: StatsReader,
    webhookIds: readonly string[],
  ): Promise<ReadonlyMap<string, ExecutionStats> | undefined> {
    const chunks = Array.from({ length: Math.ceil(webhookIds.length / MAX_IDS) }, (_, index) =>
      webhookIds.slice(index * MAX_IDS, (index + 1) * MAX_IDS),
    );
    try {
      const answers = await Promise.all(chunks.map((ids) => this.#breaker.fire(reader, ids)));
      const counted = answers.flatMap(({ stats }) => stats);
      return new Map(
        counted.map(({ webhookId, successCount, requestCount }) => [webhookId, { successCount, requestCount }]),
      );
    } catch (error) {
      this.#options.onUnavailable(error);
      return undefined;
    }
  }

  close(): void {
    this.#breaker.shutdown();
    this.#client.close();
  }

  async #ask(reader: StatsReader, webhookIds: readonly string[]): Promise<StatsAnswer> {
    const metadata = new Metadata();
    metadata.set(IDENTITY_HEADER, await issueIdentity(this.#options.identityKey, reader, 'monitoring'));
    const deadline = Date.now() + (this.#options.deadlineMs ?? 300);
    return new Promise((resolve, reject) => {
      this.#client.getExecutionStats({ webhookIds }, metadata, { deadline }, (error, answer) => {
        if (error !== null) reject(error);
        else resolve(answer ?? { stats: [] });
      });
    });
  }
}
