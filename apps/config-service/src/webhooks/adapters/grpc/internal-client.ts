import { Metadata, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import type { Client, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import type { ProtoName } from '@signalbox/contracts';
import { protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER, issueIdentity } from '@signalbox/identity';
import type { Identity, IdentityAudience, IdentityKey } from '@signalbox/identity';

export interface InternalClientOptions {
  readonly proto: ProtoName;
  /** Full name, such as `signalbox.monitoring.v1.Stats`. */
  readonly service: string;
  /** `host:port`. */
  readonly address: string;
  readonly audience: IdentityAudience;
  readonly identityKey: IdentityKey;
}

type UnaryRpc<Answer> = (
  request: object,
  metadata: Metadata,
  options: { readonly deadline: number },
  callback: (error: ServiceError | null, answer?: Answer) => void,
) => void;

/** Calls another of our services in the name of whoever called us. */
export class InternalClient {
  readonly #options: InternalClientOptions;
  readonly #client: Client;

  constructor(options: InternalClientOptions) {
    this.#options = options;
    const { proto, service, address } = options;
    const definition = loadSync(protoPath(proto), { keepCase: false, longs: Number, defaults: true })[service];
    const ClientClass = makeGenericClientConstructor(definition as ServiceDefinition, service);
    this.#client = new ClientClass(address, credentials.createInsecure(), {
      // After a restart of the other side the next question must not wait for the usual back-off of a minute.
      'grpc.max_reconnect_backoff_ms': 1_000,
      'grpc.initial_reconnect_backoff_ms': 100,
      // A machine that vanished without a word is noticed while an answer is waited for.
      'grpc.keepalive_time_ms': 5_000,
      'grpc.keepalive_timeout_ms': 2_000,
    });
  }

  /**
   * One call; all of it, connecting too, within `deadlineMs`.
   *
   * @throws ServiceError of @grpc/grpc-js
   */
  async call<Answer>(method: string, caller: Identity, request: object, deadlineMs: number): Promise<Answer> {
    const { identityKey, audience } = this.#options;
    const deadline = Date.now() + deadlineMs;
    const metadata = new Metadata();
    const { tenantId, actor, scopes } = caller;
    metadata.set(IDENTITY_HEADER, await issueIdentity(identityKey, { tenantId, actor, scopes }, audience));
    const rpc = (this.#client as unknown as Readonly<Record<string, UnaryRpc<Answer>>>)[method];
    if (rpc === undefined) throw new TypeError(`${this.#options.service} has no method ${method}`);
    return new Promise((resolve, reject) => {
      rpc.call(this.#client, request, metadata, { deadline }, (error, answer) => {
        if (error === null && answer !== undefined) resolve(answer);
        else reject(error ?? new Error('an answer without a message'));
      });
    });
  }

  /** Rejects when there is no connection after `timeoutMs`. */
  async connected(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#client.waitForReady(Date.now() + timeoutMs, (error) => (error === undefined ? resolve() : reject(error))),
    );
  }

  close(): void {
    this.#client.close();
  }
}
