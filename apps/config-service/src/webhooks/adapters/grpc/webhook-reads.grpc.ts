import type { Metadata, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Logger } from '@signalbox/observability';
import { stateTagOf } from '../../../outbox/outbox.ts';
import type { ReadHistory } from '../../application/read-history.ts';
import type { ReadWebhooks, WebhookWithStats } from '../../application/read-webhooks.ts';
import type { SecretVault } from '../../application/secret-vault.ts';
import { listedViewOf, signingKeysOf, viewOf } from '../../application/webhook-view.ts';
import type { ListedWebhookView } from '../../application/webhook-view.ts';
import { isWebhookId } from '../../webhook-id.ts';
import { listed } from '../answers/list-error.ts';
import { pageOf, pageWindowOf } from '../answers/page-window.ts';
import { notFound } from '../answers/refusal-error.ts';
import { STATS_WARNING } from '../answers/stats-warning.ts';
import { listQueryOf } from '../validation/list-query.parser.ts';
import type { CallGuard, Message } from './unary.ts';
import { unary } from './unary.ts';
import { messageOf, messageOfHistory, messageOfKeys } from './webhook.message.ts';

export interface WebhookReadsOptions {
  readonly guard: CallGuard;
  readonly reading: ReadWebhooks;
  readonly history: ReadHistory;
  readonly vault: SecretVault;
  readonly logger: Logger;
}

interface PageMessage {
  readonly page?: number;
  readonly pageSize?: number;
}

interface FindMessage {
  readonly id?: string;
  readonly includeExecutionStats?: boolean;
}

interface ListMessage extends PageMessage {
  readonly includeExecutionStats?: boolean;
  readonly search?: string;
  readonly enabled?: boolean;
  readonly event?: string;
  readonly health?: string;
  readonly sort?: string;
}

/** Those RPCs of `signalbox.config.v1.Webhooks` that ask for webhooks:read and are answered at once. */
export function webhookReads(options: WebhookReadsOptions): UntypedServiceImplementation {
  const { guard, reading, history, vault, logger } = options;
  const told = (view: ListedWebhookView, { webhook }: WebhookWithStats, stateTag: string): Message =>
    messageOf(view, webhook.version, stateTag);
  return {
    getWebhook: unary(
      guard,
      logger,
      async ({ id = '', includeExecutionStats = false }: FindMessage, principal, { trailer }) => {
        const read = isWebhookId(id) ? await reading.find(principal, id, { includeExecutionStats }) : undefined;
        if (read === undefined) throw notFound('entity.not_exists_with_id', id);
        warn(trailer, read);
        return told(viewOf(read.webhook, vault, read.stats), read, read.stateTag);
      },
    ),
    listWebhooks: unary(guard, logger, async (message: ListMessage, principal, { trailer }) => {
      const { includeExecutionStats = false, enabled, search, event, health, sort } = message;
      const window = pageWindowOf(pageFieldsOf(message));
      const query = listQueryOf({ search, enabled: enabled?.toString(), event, health, sort });
      // Before the list: what is read later than its tag is refused once too often, the other way round once too seldom.
      const epoch = await reading.epoch();
      const read = listed(
        await reading.list(principal, { query, ...(window !== undefined && { window }), includeExecutionStats }),
      );
      warn(trailer, read);
      return {
        webhooks: read.webhooks.map((one) =>
          told(listedViewOf(one.webhook, vault, one.stats), one, stateTagOf(epoch, one.webhook.version)),
        ),
        total: read.total,
      };
    }),
    listSigningKeys: unary(guard, logger, async ({ id = '' }: FindMessage, principal) => {
      const read = isWebhookId(id) ? await reading.find(principal, id, { includeExecutionStats: false }) : undefined;
      if (read === undefined) throw notFound('entity.not_exists_with_id', id);
      return messageOfKeys(signingKeysOf(read.webhook, vault, Date.now()));
    }),
    listHistory: unary(guard, logger, async ({ id = '', ...page }: FindMessage & PageMessage, { tenantId }) => {
      const window = pageOf(pageFieldsOf(page));
      const read = isWebhookId(id) ? await history.page(tenantId, id, window) : undefined;
      if (read === undefined) throw notFound('entity.not_exists_with_id', id);
      return { entries: read.entries.map(messageOfHistory), total: read.total };
    }),
  };
}

function pageFieldsOf({ page, pageSize }: PageMessage): Readonly<Record<string, unknown>> {
  return { page: page?.toString(), page_size: pageSize?.toString() };
}

/** As the header of that name over REST: the webhooks are right, and the stats asked for are not there. */
function warn(trailer: Metadata, { isMissingStats }: { readonly isMissingStats: boolean }): void {
  if (isMissingStats) trailer.set('warning', STATS_WARNING);
}
