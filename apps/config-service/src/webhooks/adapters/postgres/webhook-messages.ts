import { encodeOperation, encodeWebhook } from '@signalbox/contracts';
import type { OutboxMessage } from '../../../outbox/outbox.ts';
import { operationsOf } from '../../domain/webhook-operations.ts';
import { webhookRecordOf } from '../../domain/webhook-record.ts';
import type { JournalEntry } from '../../domain/webhook.events.ts';
import type { WebhookHistory } from '../../domain/webhook.ts';

/** What others are told of a change: the dispatcher its outcome, operators what they may have to act on. */
export function messagesOf(
  after: WebhookHistory,
  entries: readonly JournalEntry[],
  { epoch, atMs }: { readonly epoch: number; readonly atMs: number },
): readonly OutboxMessage[] {
  const record = webhookRecordOf(after, epoch, atMs);
  const { id: key, tenantId, version } = record;
  const previousVersion = (entries[0]?.version ?? 1) - 1;
  return [
    {
      topic: 'webhooks',
      key,
      tenantId,
      version,
      previousVersion,
      value: encodeWebhook(record),
      isDeletion: record.deleted,
    },
    ...operationsOf(tenantId, entries).map((operation): OutboxMessage => ({
      topic: 'operations',
      key,
      tenantId,
      ...encodeOperation(operation),
    })),
  ];
}
