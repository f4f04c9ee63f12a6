import type { WebhookRecord } from '@signalbox/contracts';
import { resolveDeliveryPolicy } from './delivery-policy.ts';
import type { WebhookHistory } from './webhook.ts';

/**
 * What the senders are told about a webhook: its whole state, or that it is deleted. `atMs` is the time of the change.
 *
 * @throws TypeError for a history without entries, of which there is nothing to tell.
 */
export function webhookRecordOf(history: WebhookHistory, epoch: number, atMs: number): WebhookRecord {
  switch (history.kind) {
    case 'none':
      throw new TypeError('a webhook that never was has no record');
    case 'deleted': {
      const { id, tenantId, version } = history;
      return { deleted: true, id, tenantId, epoch, version, deletedAtMs: atMs };
    }
    case 'alive': {
      const { webhook } = history;
      const { ed25519, ...policy } = resolveDeliveryPolicy(webhook.policy);
      return {
        deleted: false,
        id: webhook.id,
        tenantId: webhook.tenantId,
        epoch,
        version: webhook.version,
        name: webhook.name,
        subscribedTo: webhook.events.length === 0 && webhook.event !== null ? [webhook.event] : webhook.events,
        url: webhook.url,
        headers: webhook.headers ?? [],
        enabled: webhook.enabled,
        signingKeys: webhook.signingKeys.map(({ sealed, honouredUntilMs }) => ({ sealed, honouredUntilMs })),
        ...(ed25519 && webhook.ed25519PrivateKey !== null && { ed25519PrivateKey: webhook.ed25519PrivateKey }),
        ...policy,
      };
    }
  }
}
