import type { Client, ServiceError } from '@grpc/grpc-js';
import { credentials, makeGenericClientConstructor, Metadata, status } from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import type { IdentityKey } from '@signalbox/identity';
import { IDENTITY_HEADER, issueIdentity } from '@signalbox/identity';
import type { DisableByReceiver, ReceiverDisabler } from '../../application/receiver-disabler.port.ts';

export interface GrpcReceiverDisablerOptions {
  /** `host:port` of config-service's gRPC. */
  readonly address: string;
  readonly identityKey: IdentityKey;
  /** Default 5,000. */
  readonly deadlineMs?: number;
}

interface DisableAnswer {
  readonly disabled: boolean;
  /** 0 where there is no such webhook, and from a config-service that does not tell it. */
  readonly version: number;
}

interface SteeringClient extends Client {
  disableByReceiver(
    request: DisableByReceiver,
    metadata: Metadata,
    options: { readonly deadline: number },
    callback: (error: ServiceError | null, answer?: DisableAnswer) => void,
  ): void;
}

const SERVICE = 'signalbox.config.v1.ReceiverSteering';
/** Answers in their own way: asking again would bring the same one. */
const NOTHING_TO_DO: ReadonlySet<status> = new Set([status.NOT_FOUND, status.INVALID_ARGUMENT]);

/** Asks config-service over gRPC, with the internal identity as the credential. */
export class GrpcReceiverDisabler implements ReceiverDisabler {
  readonly #options: GrpcReceiverDisablerOptions;
  readonly #client: SteeringClient;

  constructor(options: GrpcReceiverDisablerOptions) {
    this.#options = options;
    const service = loadSync(protoPath('config'), { keepCase: false, longs: Number, defaults: true })[SERVICE];
    const SteeringClientClass = makeGenericClientConstructor(service as ServiceDefinition, SERVICE);
    this.#client = new SteeringClientClass(options.address, credentials.createInsecure(), {
      'grpc.max_reconnect_backoff_ms': 5_000,
      'grpc.initial_reconnect_backoff_ms': 250,
    }) as unknown as SteeringClient;
  }

  async disableByReceiver(request: DisableByReceiver): Promise<number | undefined> {
    const { identityKey, deadlineMs = 5_000 } = this.#options;
    const identity = { tenantId: request.tenantId, scopes: ['webhooks:write'], actor: 'receiver' };
    const metadata = new Metadata();
    metadata.set(IDENTITY_HEADER, await issueIdentity(identityKey, identity, 'config-service'));
    return new Promise((resolve, reject) => {
      this.#client.disableByReceiver(request, metadata, { deadline: Date.now() + deadlineMs }, (error, answer) => {
        if (error === null) resolve(answer === undefined ? undefined : versionLeft(answer, request));
        else if (NOTHING_TO_DO.has(error.code)) resolve(undefined);
        else reject(error);
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** Where it was disabled and no version is told, it is one after the version that was sent with, at least. */
function versionLeft({ disabled, version }: DisableAnswer, sentWith: DisableByReceiver): number | undefined {
  if (version > 0) return version;
  return disabled ? sentWith.version + 1 : undefined;
}
