import type { handleUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { loadPackageDefinition, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER, identityKeyFrom, verifyIdentity } from '@signalbox/identity';
import { IDENTITY_KEY } from './dispatcher-fixtures.ts';

export interface DisableCall {
  readonly request: Readonly<Record<string, unknown>>;
  readonly identity: unknown;
}

/** config-service's side of `DisableByReceiver`, as its contract says it. */
export class ConfigServiceStub {
  readonly calls: DisableCall[] = [];
  /** Answers with what it says, or that its database is away. */
  answer: { readonly disabled: boolean; readonly version?: number } | 'away' = { disabled: true };
  private readonly server = new Server();

  /** Answers `host:port`. */
  async start(): Promise<string> {
    const root = loadPackageDefinition(loadSync(protoPath('config'), { longs: Number, defaults: true })) as unknown as {
      readonly signalbox: { config: { v1: { ReceiverSteering: { service: ServiceDefinition } } } };
    };
    const disableByReceiver: handleUnaryCall<DisableCall['request'], object> = (call, callback) => {
      void (async () => {
        const [token] = call.metadata.get(IDENTITY_HEADER);
        const identity = await verifyIdentity(identityKeyFrom(IDENTITY_KEY), String(token), 'config-service');
        this.calls.push({ request: call.request, identity });
        if (this.answer === 'away') callback({ code: status.UNAVAILABLE, details: 'the database is away' });
        else callback(null, this.answer);
      })();
    };
    this.server.addService(root.signalbox.config.v1.ReceiverSteering.service, { disableByReceiver });
    return new Promise((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(`127.0.0.1:${port}`);
        else reject(error);
      });
    });
  }

  callsOf(webhookId: string): readonly DisableCall[] {
    return this.calls.filter(({ request }) => request['webhookId'] === webhookId);
  }

  stop(): void {
    this.server.forceShutdown();
  }
}
