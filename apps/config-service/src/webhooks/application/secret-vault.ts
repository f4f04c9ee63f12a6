import type { SecretBox } from '@signalbox/secrets';
import type { SealedHeader, SealedText, Webhook } from '../domain/webhook.ts';

/** A secret at rest does not open: the keyring lacks its key, or it was changed. An operator must act. */
export class SecretUnreadable extends Error {
  readonly code = 'service.unavailable';
  /** For programs: it does not pass by itself, as what is unavailable usually does. */
  readonly data = { reason: 'secrets-unreadable' };
  readonly forCaller =
    'A secret of this webhook cannot be opened; an operator has to give back the key of the keyring that sealed it';

  constructor(webhookId: string, why: string) {
    super(`A secret of webhook ${webhookId} cannot be opened: ${why}`);
    this.name = 'SecretUnreadable';
  }
}

/** Seals and opens the secrets of webhooks. */
export class SecretVault {
  readonly #box: SecretBox;

  constructor(box: SecretBox) {
    this.#box = box;
  }

  seal(plain: string, webhookId: string): SealedText {
    return this.#box.seal(plain, webhookId);
  }

  /** @throws SecretUnreadable */
  open(sealed: SealedText, webhookId: string): string {
    const opened = this.#box.open(sealed, webhookId);
    switch (opened.kind) {
      case 'opened':
        return opened.plain;
      case 'unknown-key':
        throw new SecretUnreadable(webhookId, `the keyring has no key "${opened.keyId}"`);
      case 'tampered':
        throw new SecretUnreadable(webhookId, 'it is not what was sealed');
    }
  }

  /** @throws SecretUnreadable */
  openHeaders(headers: readonly SealedHeader[], webhookId: string): Readonly<Record<string, string>> {
    // Without a prototype, because a header may be named `__proto__`.
    const opened = Object.create(null) as Record<string, string>;
    for (const { name, sealedValue } of headers) opened[name] = this.open(sealedValue, webhookId);
    return opened;
  }

  canOpenHeaders(headers: readonly SealedHeader[], webhookId: string): boolean {
    try {
      this.openHeaders(headers, webhookId);
      return true;
    } catch (error) {
      if (error instanceof SecretUnreadable) return false;
      throw error;
    }
  }

  /**
   * Opens what an answer about the webhook shows, and forgets it.
   *
   * @throws SecretUnreadable
   */
  requireReadable({ id, headers, signingKeys: [newest] }: Webhook): void {
    this.open(newest?.sealed ?? '', id);
    this.openHeaders(headers ?? [], id);
  }

  /**
   * Seals header values. One that `current` has already keeps its sealed text: sealing it anew would look like a change,
   * since the same value never seals to the same text.
   */
  sealHeaders(
    headers: Readonly<Record<string, string>>,
    webhookId: string,
    current: readonly SealedHeader[],
  ): readonly SealedHeader[] {
    return Object.entries(headers).map(([name, value]) => {
      const known = current.find((header) => header.name === name);
      const isUnchanged = known !== undefined && this.open(known.sealedValue, webhookId) === value;
      return { name, sealedValue: isUnchanged ? known.sealedValue : this.seal(value, webhookId) };
    });
  }
}
