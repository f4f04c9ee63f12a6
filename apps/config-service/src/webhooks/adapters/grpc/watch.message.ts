import type { FeedEvent } from '../../application/webhook-feed.ts';
import { stateTagOf } from '../../../outbox/outbox.ts';
import type { SecretVault } from '../../application/secret-vault.ts';
import { viewOf } from '../../application/webhook-view.ts';
import type { Webhook } from '../../domain/webhook.ts';
import type { Message } from './unary.ts';
import { messageOf } from './webhook.message.ts';

/** Webhooks in one message of a snapshot: a message has a size limit. */
const PART = 50;

/**
 * An event as messages of config.proto. Secrets are opened a part at a time. Only the last part of a snapshot says where
 * to go on from: whoever has half of one has nothing.
 *
 * @throws SecretUnreadable: a watcher keeps what it is told, so that it must never be told a webhook without its key; it
 * takes up the watch again from where it was.
 */
export function* messagesOfFeed(event: FeedEvent, vault: SecretVault): Generator<Message> {
  const told = (webhook: Webhook): Message =>
    messageOf(viewOf(webhook, vault), webhook.version, stateTagOf(event.at.epoch, webhook.version));
  switch (event.kind) {
    case 'changed':
      yield { at: event.at, changed: told(event.webhook) };
      return;
    case 'deleted':
      yield { at: event.at, deleted: { id: event.id, version: event.version } };
      return;
    case 'snapshot': {
      const { at, webhooks } = event;
      const parts = Math.max(1, Math.ceil(webhooks.length / PART));
      for (let part = 0; part < parts; part++) {
        const isLast = part === parts - 1;
        yield {
          ...(isLast && { at }),
          snapshot: {
            webhooks: webhooks.slice(part * PART, (part + 1) * PART).map(told),
            isFirst: part === 0,
            isLast,
          },
        };
      }
    }
  }
}
