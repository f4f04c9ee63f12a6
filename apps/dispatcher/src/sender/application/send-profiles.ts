import { createPrivateKey } from 'node:crypto';
import type { WebhookState } from '@signalbox/contracts';
import type { UrlRuleOptions } from '@signalbox/domain';
import { checkEndpointUrl, signingKeyOf } from '@signalbox/domain';
import type { SendProfile } from '../domain/send-profile.ts';
import { profileHeaders } from '../domain/send-profile.ts';
import type { SecretOpener } from './secret-opener.port.ts';

/** Why a webhook cannot be sent to as it stands. */
export type ProfileFault =
  /** A secret cannot be opened with the keys we have: deferred and alarmed, never sent unsigned. */
  | { readonly kind: 'unknown key'; readonly detail: string }
  /** Its URL is refused by the rules in force now: the attempt fails. */
  | { readonly kind: 'refused url'; readonly detail: string };

class Unopened extends Error {}

/** Send profiles by webhook state: a newer state is another object, so nothing has to be invalidated. */
export class SendProfiles {
  private readonly profiles = new WeakMap<WebhookState, SendProfile | ProfileFault>();

  constructor(
    private readonly secrets: SecretOpener,
    private readonly urlRules: UrlRuleOptions,
  ) {}

  of(state: WebhookState): SendProfile | ProfileFault {
    let profile = this.profiles.get(state);
    if (profile === undefined) {
      profile = this.prepare(state);
      this.profiles.set(state, profile);
    }
    return profile;
  }

  private prepare(state: WebhookState): SendProfile | ProfileFault {
    const endpoint = checkEndpointUrl(state.url, this.urlRules);
    if (!endpoint.ok) return { kind: 'refused url', detail: endpoint.message };
    try {
      const keys = state.signingKeys.map(({ sealed, honouredUntilMs }) => ({
        key: signingKeyOf(this.open(sealed, state.id)),
        honouredUntilMs,
      }));
      const headers = state.headers.map(({ name, sealedValue }) => ({ name, value: this.open(sealedValue, state.id) }));
      return {
        endpoint,
        ...profileHeaders(headers),
        keys,
        timeoutMs: state.timeoutMs,
        retryPolicy: state.retryPolicy,
        ...(state.ed25519PrivateKey === undefined
          ? {}
          : { ed25519: privateKeyOf(this.open(state.ed25519PrivateKey, state.id)) }),
      };
    } catch (error) {
      if (error instanceof Unopened) return { kind: 'unknown key', detail: error.message };
      throw error;
    }
  }

  private open(sealed: string, webhookId: string): string {
    const opened = this.secrets.open(sealed, webhookId);
    switch (opened.kind) {
      case 'opened':
        return opened.plain;
      case 'unknown-key':
        throw new Unopened(`the keyring has no key "${opened.keyId}"`);
      case 'tampered':
        throw new Unopened('a secret of the webhook cannot be opened: it is not what was sealed for it');
    }
  }
}

function privateKeyOf(base64: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });
  } catch {
    throw new Unopened('the ed25519 private key of the webhook is no PKCS#8 key');
  }
}
