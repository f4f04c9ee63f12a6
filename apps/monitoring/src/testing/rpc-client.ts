import type { ServiceError } from '@grpc/grpc-js';
import { Client, Metadata, credentials, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER } from '@signalbox/identity';

/** A refusal; `message` names the gRPC status too. */
export class RpcRefusal extends Error {
  override readonly name = 'RpcRefusal';
  /** E.g. `UNAUTHENTICATED`. */
  readonly status: string;

  constructor(error: ServiceError) {
    super(error.message, { cause: error });
    this.status = status[error.code] ?? String(error.code);
  }
}

/** Calls `signalbox.monitoring.v1` as config-service does. */
export class RpcClient {
  readonly #client: Client;
  readonly #service: ServiceDefinition;

  /** `service`: without the package, e.g. `Stats`. */
  constructor(url: string, service: string) {
    this.#client = new Client(url, credentials.createInsecure());
    const proto = loadSync(protoPath('monitoring'), { longs: Number, defaults: true });
    this.#service = proto[`signalbox.monitoring.v1.${service}`] as ServiceDefinition;
  }

  /** Rejects with an {@link RpcRefusal}. */
  async call(method: string, request: object, token?: string): Promise<unknown> {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set(IDENTITY_HEADER, token);
    const definition = this.#service[method] as MethodDefinition<object, object>;
    const { path, requestSerialize, responseDeserialize } = definition;
    return new Promise((resolve, reject) => {
      const answer = (error: ServiceError | null, value: unknown): void => {
        if (error === null) resolve(value);
        else reject(new RpcRefusal(error));
      };
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, answer);
    });
  }

  close(): void {
    this.#client.close();
  }
}
