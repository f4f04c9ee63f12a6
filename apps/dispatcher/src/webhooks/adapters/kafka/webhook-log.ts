import { decodeWebhook } from '@signalbox/contracts';
import type { KafkaConnection, LogFollower } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';
import type { Logger } from '@signalbox/observability';
import type { OnFatal } from '../../../role.ts';
import type { WebhookDirectory } from '../../domain/webhook-directory.ts';

export interface WebhookLogOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly directory: WebhookDirectory;
  readonly onApplied: (offset: number) => void;
  readonly onFatal: OnFatal;
  readonly logger: Logger;
}

/** Fills the directory from the compacted log `webhooks` and keeps it up to date. `start` resolves at the log's end. */
export function followWebhooks(options: WebhookLogOptions): LogFollower {
  const { connection, topic, directory, logger } = options;
  return createLogFollower({
    connection,
    topic,
    onFatal: options.onFatal,
    onRecord: (record) => {
      if (record.value === null) {
        directory.forget(record.key?.toString() ?? '');
      } else {
        const webhook = decodeWebhook(record.value);
        if (webhook === undefined) {
          logger.error({ topic, partition: record.partition, offset: record.offset }, 'webhook.unreadable');
        } else {
          directory.apply(webhook);
        }
      }
      options.onApplied(record.offset);
    },
  });
}
