import type { IdentityKey } from '@signalbox/identity';
import type { AskedWebhook, FailureLog, FailureReport } from '../../application/failure-log.port.ts';
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

  async reportOn(
    tenantId: string,
    webhooks: readonly AskedWebhook[],
    bounds: { readonly spanMs: number; readonly minFailures: number },
  ): Promise<FailureReport> {
    const caller = { tenantId, actor: ACTOR, scopes: [] };
    return this.#client.call('listFailingWebhooks', caller, { webhooks, ...bounds }, DEADLINE_MS);
  }

  close(): void {
    this.#client.close();
  }
}
