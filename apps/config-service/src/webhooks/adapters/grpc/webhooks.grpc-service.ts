import type { Metadata, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Logger } from '@signalbox/observability';
import type { Authenticator } from '../../../access/access.ts';
import { valueOf } from '../../../validation/parse-dto.ts';
import type { ChangeWebhookUseCase } from '../../application/change-webhook.ts';
import type { CreateWebhookUseCase } from '../../application/create-webhook.ts';
import type { DeleteWebhookUseCase } from '../../application/delete-webhook.ts';
import type { ReadWebhooks, WebhooksRead } from '../../application/read-webhooks.ts';
import type { RotateSigningKeyUseCase } from '../../application/rotate-signing-key.ts';
import type { SecretVault } from '../../application/secret-vault.ts';
import type { TestWebhookUseCase } from '../../application/test-webhook.ts';
import type { WebhookFeed } from '../../application/webhook-feed.ts';
import type { WebhookTarget } from '../../application/webhook-input.ts';
import type { WriteOutcome } from '../../application/webhook-outcome.ts';
import { viewOf } from '../../application/webhook-view.ts';
import { isWebhookId } from '../../webhook-id.ts';
import { pageWindowOf } from '../answers/page-window.ts';
import { listed } from '../answers/list-error.ts';
import { errorOfRefusal, notFound } from '../answers/refusal-error.ts';
import { STATS_WARNING } from '../answers/stats-warning.ts';
import { resultsOf } from '../answers/test-error.ts';
import type { WebhookInputParser } from '../validation/webhook-input.parser.ts';
import { withScope } from './call-guards.ts';
import { watchWebhooks } from './watch-webhooks.ts';
import type { Message } from './unary.ts';
import { unary } from './unary.ts';
import { bodyOfCreate, bodyOfTest, bodyOfUpdate, messageOf, messageOfTest } from './webhook.message.ts';
import type { CreateMessage, TestMessage, UpdateMessage } from './webhook.message.ts';

export interface WebhooksGrpcOptions {
  readonly authenticator: Authenticator;
  readonly reading: ReadWebhooks;
  readonly creating: CreateWebhookUseCase;
  readonly changing: ChangeWebhookUseCase;
  readonly deleting: DeleteWebhookUseCase;
  readonly rotating: RotateSigningKeyUseCase;
  readonly testing: TestWebhookUseCase;
  readonly feed: WebhookFeed;
  readonly parser: WebhookInputParser;
  readonly vault: SecretVault;
  /** The service stops: streams end. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

interface TargetMessage {
  readonly id?: string;
  readonly ifVersion?: number;
}

interface ListMessage {
  readonly page?: number;
  readonly pageSize?: number;
  readonly includeExecutionStats?: boolean;
}

/** `signalbox.config.v1.Webhooks`: the use cases of REST, with the same rules and the same errors. */
export function webhooksGrpcService(options: WebhooksGrpcOptions): UntypedServiceImplementation {
  const { vault, parser, logger } = options;
  const mayRead = withScope(options.authenticator, 'webhooks:read');
  const mayWrite = withScope(options.authenticator, 'webhooks:write');
  const written = (outcome: WriteOutcome, id: string): Message => {
    if (outcome.kind !== 'written') throw errorOfRefusal(outcome, id, 'entity.not_exists');
    return messageOf(viewOf(outcome.webhook, vault), outcome.webhook.version);
  };
  const messagesOf = (read: WebhooksRead, trailer: Metadata): readonly Message[] => {
    // As the header of that name over REST: the webhooks are right, and the stats asked for are not there.
    if (read.isMissingStats) trailer.set('warning', STATS_WARNING);
    return read.webhooks.map(({ webhook, stats }) => messageOf(viewOf(webhook, vault, stats), webhook.version));
  };

  return {
    createWebhook: unary(mayWrite, logger, async (message: CreateMessage, principal) =>
      written(
        await options.creating.create(
          principal,
          valueOf(await parser.parseCreate(bodyOfCreate(message), principal.tenantId)),
        ),
        '',
      ),
    ),
    getWebhook: unary(
      mayRead,
      logger,
      async ({ id = '', includeExecutionStats = false }: TargetMessage & ListMessage, principal, trailer) => {
        const found = isWebhookId(id)
          ? await options.reading.find(principal, id, { includeExecutionStats })
          : undefined;
        const [message] = found === undefined ? [] : messagesOf(found, trailer);
        if (message === undefined) throw notFound('entity.not_exists_with_id', id);
        return message;
      },
    ),
    listWebhooks: unary(mayRead, logger, async (message: ListMessage, principal, trailer) => {
      const { page, pageSize, includeExecutionStats = false } = message;
      const window = pageWindowOf({ page: page?.toString(), page_size: pageSize?.toString() });
      const read = listed(
        await options.reading.list(principal, { ...(window !== undefined && { window }), includeExecutionStats }),
      );
      return { webhooks: messagesOf(read, trailer), total: read.total };
    }),
    updateWebhook: unary(mayWrite, logger, async (message: UpdateMessage, principal) => {
      const target = targetOf(message);
      const input = valueOf(await parser.parseChange(bodyOfUpdate(message), principal.tenantId));
      return written(await options.changing.change(principal, target, input), target.id);
    }),
    deleteWebhook: unary(mayWrite, logger, async (message: TargetMessage, principal) => {
      const target = targetOf(message);
      const outcome = await options.deleting.delete(principal, target);
      if (outcome.kind !== 'deleted') throw errorOfRefusal(outcome, target.id, 'entity.not_found');
      return {};
    }),
    rotateSigningKey: unary(
      mayWrite,
      logger,
      async (message: TargetMessage & { readonly overlapSeconds?: number }, principal) => {
        const target = targetOf(message);
        const { overlapSeconds: seconds } = message;
        const { overlapSeconds } = valueOf(
          parser.parseRotate(seconds === undefined ? {} : { overlapSeconds: seconds }),
        );
        return written(await options.rotating.rotate(principal, target, overlapSeconds), target.id);
      },
    ),
    testWebhook: unary(mayWrite, logger, async ({ id = '', ...message }: TestMessage, principal) => {
      if (!isWebhookId(id)) throw notFound('entity.not_exists_with_id', id);
      const outcome = await options.testing.test(
        principal,
        id,
        valueOf(await parser.parseTest(bodyOfTest(message), principal.tenantId)),
      );
      return { results: resultsOf(outcome, id).map(messageOfTest) };
    }),
    watchWebhooks: watchWebhooks({ ...options, guard: mayRead }),
  };
}

function targetOf({ id = '', ifVersion }: TargetMessage): WebhookTarget {
  if (!isWebhookId(id)) throw notFound('entity.not_exists', id);
  return { id, ...(ifVersion !== undefined && { ifVersion }) };
}
