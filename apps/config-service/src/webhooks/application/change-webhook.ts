import type { ChangeWebhook } from '../domain/webhook.commands.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { EndpointLookup } from './endpoint-lookup.port.ts';
import { faultsOfEndpoint } from './endpoint-faults.ts';
import { newEd25519PrivateKey } from './new-secrets.ts';
import { policyOf } from './policy-of-input.ts';
import type { SecretVault } from './secret-vault.ts';
import type { Caller, ChangeWebhookInput, FieldFault, WebhookConfigInput, WebhookTarget } from './webhook-input.ts';
import type { WebhookJournal } from './webhook-journal.port.ts';
import type { WriteOutcome } from './webhook-outcome.ts';
import type { WebhookWriter } from './webhook-writer.ts';

export class ChangeWebhookUseCase {
  readonly #writer: WebhookWriter;
  readonly #journal: WebhookJournal;
  readonly #vault: SecretVault;
  readonly #lookup: EndpointLookup;

  constructor(writer: WebhookWriter, journal: WebhookJournal, vault: SecretVault, lookup: EndpointLookup) {
    this.#writer = writer;
    this.#journal = journal;
    this.#vault = vault;
    this.#lookup = lookup;
  }

  /** Changes what the input names; the signing key stays. */
  async change(caller: Caller, target: WebhookTarget, input: ChangeWebhookInput): Promise<WriteOutcome> {
    const { config } = input;
    if (config !== undefined) {
      // Before the name is looked up: an id that does not exist must not make us ask somebody's name server.
      const loaded = await this.#journal.load(caller.tenantId, target.id);
      if (loaded === undefined) return { kind: 'not-found' };
      const { webhook } = loaded;
      const faults = [
        ...this.#faultsOfHeaders(webhook, config),
        ...(config.url === webhook.url ? [] : await faultsOfEndpoint(this.#lookup, config.url)),
      ];
      if (faults.length > 0) return { kind: 'invalid-input', faults };
    }
    const outcome = await this.#writer.change(
      caller,
      target,
      (webhook) => ({
        kind: 'change',
        ...(input.name !== undefined && { name: input.name }),
        ...(input.event !== undefined && { event: input.event }),
        ...(input.events !== undefined && { events: input.events }),
        ...(input.enabled !== undefined && { enabled: input.enabled }),
        ...(config !== undefined && { config: this.#sealed(webhook, config) }),
      }),
      (after) => this.#vault.requireReadable(after),
    );
    if (outcome.kind !== 'settled') return outcome;
    return outcome.history.kind === 'alive'
      ? { kind: 'written', webhook: outcome.history.webhook, stateTag: outcome.stateTag }
      : { kind: 'not-found' };
  }

  /**
   * Lists leave out headers that cannot be opened: whoever sends back what he read there does not mean to delete them. Who
   * names headers, be it none, replaces them knowingly.
   */
  #faultsOfHeaders({ id, headers }: Webhook, config: WebhookConfigInput): readonly FieldFault[] {
    if (config.headers !== undefined || this.#vault.canOpenHeaders(headers ?? [], id)) return [];
    const why = 'the headers that are kept cannot be opened now, and would be lost without being named';
    return [
      {
        field: 'config.headers',
        why,
        expected: 'the headers to have from now on, {} for none (over gRPC: has_no_headers)',
      },
    ];
  }

  #sealed(webhook: Webhook, config: WebhookConfigInput): NonNullable<ChangeWebhook['config']> {
    const { id, headers, ed25519PrivateKey } = webhook;
    const policy = policyOf(config);
    const needsKey = policy.ed25519 === true && ed25519PrivateKey === null;
    return {
      url: config.url,
      headers: config.headers === undefined ? null : this.#vault.sealHeaders(config.headers, id, headers ?? []),
      policy,
      ed25519PrivateKey: needsKey ? this.#vault.seal(newEd25519PrivateKey(), id) : ed25519PrivateKey,
    };
  }
}
