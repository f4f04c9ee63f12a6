import type { ServiceError } from '@grpc/grpc-js';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { MethodDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER } from '@signalbox/identity';

const { GetExecutionStats: method } = loadSync(protoPath('monitoring'))['signalbox.monitoring.v1.Stats'] as {
  readonly GetExecutionStats: MethodDefinition<object, object>;
};

/** Calls `signalbox.monitoring.v1.Stats` as config-service does. */
export class StatsClient {
  readonly #client: Client;

  constructor(url: string) {
    this.#client = new Client(url, credentials.createInsecure());
  }

  async getExecutionStats(webhookIds: readonly string[], token?: string): Promise<unknown> {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set(IDENTITY_HEADER, token);
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve, reject) => {
      const answer = (error: ServiceError | null, value: unknown): void => {
        if (error === null) resolve(value);
        else reject(error);
      };
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { webhookIds }, metadata, answer);
    });
  }

  close(): void {
    this.#client.close();
  }
}
