import { newSigningKey } from './new-secrets.ts';
import type { SecretVault } from './secret-vault.ts';
import type { Caller, WebhookTarget } from './webhook-input.ts';
import type { WriteOutcome } from './webhook-outcome.ts';
import type { WebhookWriter } from './webhook-writer.ts';

/** A day: long enough for a receiver to be given the new key. */
export const DEFAULT_OVERLAP_SECONDS = 86_400;

export class RotateSigningKeyUseCase {
  readonly #writer: WebhookWriter;
  readonly #vault: SecretVault;

  constructor(writer: WebhookWriter, vault: SecretVault) {
    this.#writer = writer;
    this.#vault = vault;
  }

  /** Gives the webhook a new signing key; the replaced one signs beside it for `overlapSeconds`. */
  async rotate(
    caller: Caller,
    target: WebhookTarget,
    overlapSeconds: number = DEFAULT_OVERLAP_SECONDS,
  ): Promise<WriteOutcome> {
    const key = newSigningKey();
    const outcome = await this.#writer.change(
      caller,
      target,
      (webhook) => ({
        kind: 'rotate-signing-key',
        signingKey: this.#vault.seal(key, webhook.id),
        overlapMs: overlapSeconds * 1_000,
      }),
      (after) => this.#vault.requireReadable(after),
    );
    if (outcome.kind !== 'settled') return outcome;
    return outcome.history.kind === 'alive'
      ? { kind: 'written', webhook: outcome.history.webhook, stateTag: outcome.stateTag }
      : { kind: 'not-found' };
  }
}
