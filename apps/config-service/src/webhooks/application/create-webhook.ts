import { newEd25519PrivateKey, newSigningKey, newWebhookId } from './new-secrets.ts';
import type { EndpointLookup } from './endpoint-lookup.port.ts';
import { faultsOfEndpoint } from './endpoint-faults.ts';
import { policyOf } from './policy-of-input.ts';
import type { SecretVault } from './secret-vault.ts';
import type { Caller, CreateWebhookInput } from './webhook-input.ts';
import type { WriteOutcome } from './webhook-outcome.ts';
import type { WebhookWriter } from './webhook-writer.ts';

export class CreateWebhookUseCase {
  readonly #writer: WebhookWriter;
  readonly #vault: SecretVault;
  readonly #lookup: EndpointLookup;

  constructor(writer: WebhookWriter, vault: SecretVault, lookup: EndpointLookup) {
    this.#writer = writer;
    this.#vault = vault;
    this.#lookup = lookup;
  }

  /** Makes a webhook with an id and a signing key of its own. */
  async create(caller: Caller, input: CreateWebhookInput): Promise<WriteOutcome> {
    const faults = await faultsOfEndpoint(this.#lookup, input.config.url);
    if (faults.length > 0) return { kind: 'invalid-input', faults };
    const { config, events = [], event = null, name = '', enabled = true } = input;
    const id = newWebhookId();
    const policy = policyOf(config);
    const outcome = await this.#writer.create(caller, id, {
      kind: 'create',
      tenantId: caller.tenantId,
      name,
      event,
      events,
      url: config.url,
      headers: config.headers === undefined ? null : this.#vault.sealHeaders(config.headers, id, []),
      policy,
      signingKey: this.#vault.seal(newSigningKey(), id),
      ed25519PrivateKey: policy.ed25519 === true ? this.#vault.seal(newEd25519PrivateKey(), id) : null,
      enabled,
    });
    if (outcome.kind !== 'settled') return outcome;
    return outcome.history.kind === 'alive'
      ? { kind: 'written', webhook: outcome.history.webhook, stateTag: outcome.stateTag }
      : { kind: 'not-found' };
  }
}
