import { status } from '@grpc/grpc-js';
import type { IdentityKey } from '@signalbox/identity';
import CircuitBreaker from 'opossum';
import type {
  PayloadResult,
  PayloadTest,
  PayloadTester,
  PayloadTestOutcome,
} from '../../application/payload-tester.port.ts';
import type { Caller } from '../../application/webhook-input.ts';
import { InternalClient } from './internal-client.ts';

export interface GrpcPayloadTesterOptions {
  /** `host:port` of the sender. */
  readonly address: string;
  readonly identityKey: IdentityKey;
  readonly onUnavailable: (error: unknown) => void;
}

interface Answer {
  readonly results: readonly PayloadResult[];
}

/** A sender that is there connects at once. */
const CONNECT_MS = 1_000;
/** The sender takes 30 s at most for all payloads of a test, however long their endpoint hangs. */
const DEADLINE_MS = 32_000;

/** Has the sender post test payloads (`signalbox.dispatcher.v1`): nobody else may call an endpoint. */
export class GrpcPayloadTester implements PayloadTester {
  readonly #options: GrpcPayloadTesterOptions;
  readonly #client: InternalClient;
  readonly #breaker: CircuitBreaker<[Caller, PayloadTest], Answer>;

  constructor(options: GrpcPayloadTesterOptions) {
    this.#options = options;
    const { address, identityKey } = options;
    const service = 'signalbox.dispatcher.v1.TestPayloads';
    this.#client = new InternalClient({ proto: 'dispatcher', service, address, audience: 'dispatcher', identityKey });
    this.#breaker = new CircuitBreaker(async (caller: Caller, test: PayloadTest) => this.#ask(caller, test), {
      // The call has a deadline of its own, which also ends it.
      timeout: false,
      errorThresholdPercentage: 50,
      volumeThreshold: 5,
      resetTimeout: 2_000,
      errorFilter: isBusy,
    });
  }

  async post(caller: Caller, test: PayloadTest): Promise<PayloadTestOutcome> {
    try {
      const { results } = await this.#breaker.fire(caller, test);
      if (results.length === test.payloads.length) return { kind: 'posted', results };
      throw new Error(`the sender answered ${results.length} results for ${test.payloads.length} payloads`);
    } catch (error) {
      if (isBusy(error)) return { kind: 'busy' };
      this.#options.onUnavailable(error);
      return { kind: 'unavailable' };
    }
  }

  close(): void {
    this.#breaker.shutdown();
    this.#client.close();
  }

  async #ask({ tenantId, actor }: Caller, test: PayloadTest): Promise<Answer> {
    await this.#client.connected(CONNECT_MS);
    const request = {
      ...test,
      signingKeys: test.signingKeys.map(({ sealed, honouredUntilMs }) => ({
        sealed,
        ...(honouredUntilMs !== null && { honouredUntilMs }),
      })),
      sealedEd25519PrivateKey: test.ed25519PrivateKey,
    };
    return this.#client.call('postTestPayloads', { tenantId, actor, scopes: [] }, request, DEADLINE_MS);
  }
}

/** It answers, and others are before us: no reason to stop asking. */
function isBusy(error: unknown): boolean {
  return (error as { readonly code?: unknown } | undefined)?.code === status.RESOURCE_EXHAUSTED;
}
