import type { ServiceError } from '@grpc/grpc-js';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { IDENTITY_HEADER } from '@signalbox/identity';
import { statsService } from '../health/adapters/grpc/stats.server.ts';

/** Calls `signalbox.monitoring.v1.Stats` as config-service does. */
export class StatsClient {
  readonly #client: Client;

  constructor(url: string) {
    this.#client = new Client(url, credentials.createInsecure());
  }

  async getExecutionStats(webhookIds: readonly string[], token?: string): Promise<unknown> {
    const { path, requestSerialize, responseDeserialize } = statsService()['GetExecutionStats'] ?? {};
    if (path === undefined || requestSerialize === undefined || responseDeserialize === undefined) {
      throw new Error('the service has no GetExecutionStats');
    }
    const metadata = new Metadata();
    if (token !== undefined) metadata.set(IDENTITY_HEADER, token);
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
