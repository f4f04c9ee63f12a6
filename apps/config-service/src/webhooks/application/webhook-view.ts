import { createPrivateKey, createPublicKey } from 'node:crypto';
import { standardWebhooksSecret } from '@signalbox/domain';
import type { DeliveryPolicy } from '../domain/delivery-policy.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { ExecutionStats } from './execution-stats.port.ts';
import { SecretUnreadable } from './secret-vault.ts';
import type { SecretVault } from './secret-vault.ts';

/** A webhook as its owner sees it: the shape of contract.md section 5, with the secrets opened. Never log it. */
export interface WebhookView {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string;
  readonly event: string | null;
  readonly events: readonly string[];
  readonly config: { readonly url: string; readonly headers?: Readonly<Record<string, string>> } & DeliveryPolicy;
  readonly signingKey: string;
  readonly enabled: boolean;
  readonly disabledReason?: string;
  /** Unix ms. */
  readonly createdAt: number;
  readonly executionStats?: ExecutionStats;
}

/** One whose secrets cannot be opened, among others that can: without them, and saying so. */
export interface UnreadableWebhookView extends Omit<WebhookView, 'signingKey'> {
  readonly secretsUnreadable: true;
}

export type ListedWebhookView = WebhookView | UnreadableWebhookView;

/** As one of many: a secret that does not open must not hide the others. */
export function listedViewOf(webhook: Webhook, vault: SecretVault, stats?: ExecutionStats): ListedWebhookView {
  try {
    return viewOf(webhook, vault, stats);
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    const { url, policy } = webhook;
    return { ...openPartOf(webhook, stats), config: { url, ...policy }, secretsUnreadable: true };
  }
}

/** @throws SecretUnreadable */
export function viewOf(webhook: Webhook, vault: SecretVault, stats?: ExecutionStats): WebhookView {
  const { id, url, headers, policy, signingKeys } = webhook;
  return {
    ...openPartOf(webhook, stats),
    config: { url, ...(headers !== null && { headers: vault.openHeaders(headers, id) }), ...policy },
    signingKey: vault.open(signingKeys[0]?.sealed ?? '', id),
  };
}

function openPartOf(webhook: Webhook, stats: ExecutionStats | undefined): Omit<WebhookView, 'config' | 'signingKey'> {
  const { disabledReason } = webhook;
  return {
    tenantId: webhook.tenantId,
    id: webhook.id,
    name: webhook.name,
    event: webhook.event,
    events: webhook.events,
    enabled: webhook.enabled,
    ...(disabledReason !== null && { disabledReason: disabledReason.message }),
    createdAt: webhook.createdAtMs,
    ...(stats !== undefined && { executionStats: stats }),
  };
}

export interface SigningKeyView {
  readonly signingKey: string;
  /** The same key as Standard Webhooks libraries take it. */
  readonly whsec: string;
  readonly createdAt: number;
  /** Unix ms; null for the newest. */
  readonly honouredUntil: number | null;
}

export interface SigningKeysView {
  /** In force now, newest first. */
  readonly keys: readonly SigningKeyView[];
  /** `whpk_` and base64, as Standard Webhooks has it; where the webhook asks for `v1a` signatures. */
  readonly ed25519PublicKey?: string;
}

/** @throws SecretUnreadable */
export function signingKeysOf(webhook: Webhook, vault: SecretVault, nowMs: number): SigningKeysView {
  const inForce = webhook.signingKeys.filter(
    ({ honouredUntilMs }) => honouredUntilMs === null || honouredUntilMs > nowMs,
  );
  const { ed25519PrivateKey } = webhook;
  return {
    keys: inForce.map(({ sealed, createdAtMs, honouredUntilMs }) => {
      const signingKey = vault.open(sealed, webhook.id);
      const whsec = standardWebhooksSecret(signingKey);
      return { signingKey, whsec, createdAt: createdAtMs, honouredUntil: honouredUntilMs };
    }),
    ...(webhook.policy.ed25519 === true &&
      ed25519PrivateKey !== null && { ed25519PublicKey: publicKeyOf(vault.open(ed25519PrivateKey, webhook.id)) }),
  };
}

function publicKeyOf(privateKey: string): string {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // RFC 8410: the key itself is the last 32 bytes.
  return `whpk_${spki.subarray(-32).toString('base64')}`;
}
