import type { ServiceError } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { IdentityKey } from '@signalbox/identity';
import type { AskedBounds, AskedWebhook, FailureLog, FailureReport } from '../../application/failure-log.port.ts';
import { FailureLogUnfit } from '../../application/failure-log.port.ts';
import { InternalClient } from './internal-client.ts';

/** Nobody waits for it, and the log of a webhook that fails may be long. */
const DEADLINE_MS = 30_000;
const ACTOR = 'system';

/** Asks monitoring (`signalbox.monitoring.v1.FailingWebhooks`), in the name of the tenant alone. */
export class GrpcFailureLog implements FailureLog {
  readonly #client: InternalClient;

  /** `address` is `host:port`. */
  constructor(address: string, identityKey: IdentityKey) {
    const service = 'signalbox.monitoring.v1.FailingWebhooks';
    this.#client = new InternalClient({ proto: 'monitoring', service, address, audience: 'monitoring', identityKey });
  }

  async reportOn(tenantId: string, webhooks: readonly AskedWebhook[], bounds: AskedBounds): Promise<FailureReport> {
    const caller = { tenantId, actor: ACTOR, scopes: [] };
    try {
      return await this.#client.call('listFailingWebhooks', caller, { webhooks, ...bounds }, DEADLINE_MS);
    } catch (error) {
      const { code, details } = error as Partial<ServiceError>;
      if (code !== status.FAILED_PRECONDITION) throw error;
      throw new FailureLogUnfit(details ?? '', { cause: error });
    }
  }

  close(): void {
    this.#client.close();
  }
}
