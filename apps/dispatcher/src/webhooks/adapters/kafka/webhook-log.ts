import { decodeWebhook } from '@signalbox/contracts';
import type { LogFollower } from '@signalbox/kafka';
import type { CompactedLogOptions } from '../../../follow-compacted-log.ts';
import { followCompactedLog } from '../../../follow-compacted-log.ts';
import type { WebhookDirectory } from '../../domain/webhook-directory.ts';

/** Fills the directory from the compacted log `webhooks` and keeps it up to date. */
export function followWebhooks(options: CompactedLogOptions, directory: WebhookDirectory): LogFollower {
  return followCompactedLog(options, {
    name: 'webhooks',
    unreadable: 'webhook.unreadable',
    apply: ({ key, value }) => {
      if (value === null) {
        directory.forget(key?.toString() ?? '');
        return true;
      }
      const webhook = decodeWebhook(value);
      if (webhook !== undefined) directory.apply(webhook);
      return webhook !== undefined;
    },
  });
}
