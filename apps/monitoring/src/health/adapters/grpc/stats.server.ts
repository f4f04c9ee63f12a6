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
import type { Identity } from '@signalbox/identity';
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
    readonly failureCount: number;
    readonly requestCount: number;
  }[];
}

interface Refusal {
  readonly code: status;
  readonly details: string;
}

/** A handler of one RPC for a caller whose identity was looked at. */
type IdentifiedRpc = (identity: Identity, request: never) => Promise<object>;

/** A further service of signalbox.monitoring.v1. */
export interface IdentifiedService {
  /** As in monitoring.proto. */
  readonly name: string;
  readonly rpcs: Readonly<Record<string, IdentifiedRpc>>;
}

export interface StatsServerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly identityKey: IdentityKey;
  readonly counts: HealthCounts;
  /** Whether what is counted by may lack most of what it should hold. */
  readonly isBuiltAnew: () => Promise<boolean>;
  readonly further: readonly IdentifiedService[];
  readonly logger: Logger;
}

const MAX_WEBHOOKS = 100;

/** `signalbox.monitoring.v1` over gRPC, for callers with an identity of the public door. */
export class StatsServer {
  readonly #options: StatsServerOptions;
  readonly #server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 });

  constructor(options: StatsServerOptions) {
    this.#options = options;
    const stats = {
      getExecutionStats: async (identity: Identity, request: StatsRequest) => this.#stats(identity, request),
    };
    for (const { name, rpcs } of [{ name: 'Stats', rpcs: stats }, ...options.further]) {
      this.#server.addService(serviceOf(name), this.#implementationOf(rpcs));
    }
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

  #implementationOf(rpcs: Readonly<Record<string, IdentifiedRpc>>): UntypedServiceImplementation {
    return Object.fromEntries(
      Object.entries(rpcs).map(([name, rpc]): [string, handleUnaryCall<unknown, object>] => [
        name,
        (call, callback) => void this.#reply(call, callback, rpc),
      ]),
    );
  }

  async #reply(
    call: ServerUnaryCall<unknown, object>,
    callback: sendUnaryData<object>,
    rpc: IdentifiedRpc,
  ): Promise<void> {
    const [token] = call.metadata.get(IDENTITY_HEADER);
    let answer: object;
    try {
      const identity = await this.#identityOf(typeof token === 'string' ? token : undefined);
      answer = 'code' in identity ? identity : await rpc(identity, call.request as never);
    } catch (error) {
      this.#options.logger.error({ err: error, rpc: call.getPath() }, 'stats.failed');
      answer = { code: status.UNAVAILABLE, details: 'this cannot be read at the moment' };
    }
    if ('code' in answer) callback(answer as Refusal);
    else callback(null, answer);
  }

  async #identityOf(token: string | undefined): Promise<Identity | Refusal> {
    const { identityKey, logger } = this.#options;
    const identity = await verifyIdentity(identityKey, token, 'monitoring');
    if (!isRefused(identity)) return identity;
    logger.warn({ refused: identity.refused, reason: identity.reason }, 'identity.refused');
    return { code: status.UNAUTHENTICATED, details: 'a valid internal identity is required' };
  }

  async #stats({ tenantId }: Identity, { webhookIds }: StatsRequest): Promise<StatsResponse | Refusal> {
    if (webhookIds.length > MAX_WEBHOOKS) {
      return { code: status.INVALID_ARGUMENT, details: `webhook_ids: ${MAX_WEBHOOKS} are the most` };
    }
    const { counts, isBuiltAnew } = this.#options;
    const stats = await counts.executionStats(tenantId, webhookIds, last24Hours(Date.now()));
    // They decorate answers that are right without them, and a header cannot mark them here.
    if (await isBuiltAnew()) return { code: status.UNAVAILABLE, details: 'the counts are being built anew' };
    return { stats };
  }
}

/** A service's definition as grpc-js makes it of the .proto file. */
function serviceOf(name: string): ServiceDefinition {
  const root = loadPackageDefinition(loadSync(protoPath('monitoring'), { longs: Number, defaults: true }));
  // The loader types its result as any tree of packages and services.
  const loaded = root as unknown as {
    readonly signalbox: {
      readonly monitoring: {
        readonly v1: Readonly<Record<string, { readonly service: ServiceDefinition } | undefined>>;
      };
    };
  };
  const service = loaded.signalbox.monitoring.v1[name]?.service;
  if (service === undefined) throw new Error(`monitoring.proto has no service ${name}`);
  return service;
}
