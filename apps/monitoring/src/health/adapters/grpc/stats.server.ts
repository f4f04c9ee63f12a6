import type {
  ServerUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
  handleUnaryCall,
  sendUnaryData,
} from '@grpc/grpc-js';
import { Server, ServerCredentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { last24Hours } from '@signalbox/domain';
import type { IdentityKey } from '@signalbox/identity';
import { IDENTITY_HEADER, isRefused, verifyIdentity } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import type { HealthCounts } from '../../application/health-counts.port.ts';

interface StatsRequest {
  readonly webhookIds: readonly string[];
}

interface StatsResponse {
  readonly stats: readonly {
    readonly webhookId: string;
    readonly successCount: number;
    readonly requestCount: number;
  }[];
}

interface Refusal {
  readonly code: status;
  readonly details: string;
}

export interface StatsServerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly identityKey: IdentityKey;
  readonly counts: HealthCounts;
  readonly logger: Logger;
}

const MAX_WEBHOOKS = 100;

/** `signalbox.monitoring.v1.Stats` over gRPC, for callers with an identity of the public door. */
export class StatsServer {
  readonly #options: StatsServerOptions;
  readonly #server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 });

  constructor(options: StatsServerOptions) {
    this.#options = options;
    this.#server.addService(statsService(), { getExecutionStats: this.#call } satisfies UntypedServiceImplementation);
  }

  /** Returns `host:port`. Rejects when the port is taken. */
  async start(): Promise<string> {
    const { host, port } = this.#options;
    const address = host.includes(':') ? `[${host}]` : host;
    const bound = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`${address}:${port}`, ServerCredentials.createInsecure(), (error, actual) => {
        if (error === null) resolve(actual);
        else reject(error);
      });
    });
    return `${address}:${bound}`;
  }

  /** Lets calls under way end, for a second at most. */
  async stop(): Promise<void> {
    const force = setTimeout(() => this.#server.forceShutdown(), 1_000);
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    clearTimeout(force);
  }

  readonly #call: handleUnaryCall<StatsRequest, StatsResponse> = (call, callback) => {
    void this.#reply(call, callback);
  };

  async #reply(
    call: ServerUnaryCall<StatsRequest, StatsResponse>,
    callback: sendUnaryData<StatsResponse>,
  ): Promise<void> {
    const [token] = call.metadata.get(IDENTITY_HEADER);
    let answer: StatsResponse | Refusal;
    try {
      answer = await this.#answer(typeof token === 'string' ? token : undefined, call.request);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'stats.failed');
      answer = { code: status.UNAVAILABLE, details: 'the counts cannot be read at the moment' };
    }
    if ('code' in answer) callback(answer);
    else callback(null, answer);
  }

  async #answer(token: string | undefined, { webhookIds }: StatsRequest): Promise<StatsResponse | Refusal> {
    const { identityKey, counts, logger } = this.#options;
    const identity = await verifyIdentity(identityKey, token, 'monitoring');
    if (isRefused(identity)) {
      logger.warn({ refused: identity.refused, reason: identity.reason }, 'identity.refused');
      return { code: status.UNAUTHENTICATED, details: 'a valid internal identity is required' };
    }
    if (webhookIds.length > MAX_WEBHOOKS) {
      return { code: status.INVALID_ARGUMENT, details: `webhook_ids: ${MAX_WEBHOOKS} are the most` };
    }
    return { stats: await counts.executionStats(identity.tenantId, webhookIds, last24Hours(Date.now())) };
  }
}

/** The service's definition as grpc-js makes it of the .proto file. */
function statsService(): ServiceDefinition {
  const root = loadPackageDefinition(loadSync(protoPath('monitoring'), { longs: Number, defaults: true }));
  // The loader types its result as any tree of packages and services.
  const loaded = root as unknown as {
    readonly signalbox: {
      readonly monitoring: { readonly v1: { readonly Stats: { readonly service: ServiceDefinition } } };
    };
  };
  return loaded.signalbox.monitoring.v1.Stats.service;
}
