import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Logger } from '@signalbox/observability';
import type { AnswerOnce } from '../../../idempotency/idempotent-rpc.ts';
import { answeredOnce } from '../../../idempotency/idempotent-rpc.ts';
import { valueOf } from '../../../validation/parse-dto.ts';
import type { ChangeWebhookUseCase } from '../../application/change-webhook.ts';
import type { CreateWebhookUseCase } from '../../application/create-webhook.ts';
import type { DeleteWebhookUseCase } from '../../application/delete-webhook.ts';
import type { RotateSigningKeyUseCase } from '../../application/rotate-signing-key.ts';
import type { SecretVault } from '../../application/secret-vault.ts';
import type { TestWebhookUseCase } from '../../application/test-webhook.ts';
import type { WebhookTarget } from '../../application/webhook-input.ts';
import type { WriteOutcome } from '../../application/webhook-outcome.ts';
import { viewOf } from '../../application/webhook-view.ts';
import { isWebhookId } from '../../webhook-id.ts';
import { errorOfRefusal, notFound } from '../answers/refusal-error.ts';
import { resultsOf } from '../answers/test-error.ts';
import type { WebhookInputParser } from '../validation/webhook-input.parser.ts';
import type { CallGuard, Message } from './unary.ts';
import { unary } from './unary.ts';
import { bodyOfCreate, bodyOfTest, bodyOfUpdate, messageOf, messageOfTest } from './webhook.message.ts';
import type { CreateMessage, TestMessage, UpdateMessage } from './webhook.message.ts';

export interface WebhookWritesOptions {
  readonly guard: CallGuard;
  readonly creating: CreateWebhookUseCase;
  readonly changing: ChangeWebhookUseCase;
  readonly deleting: DeleteWebhookUseCase;
  readonly rotating: RotateSigningKeyUseCase;
  readonly testing: TestWebhookUseCase;
  readonly parser: WebhookInputParser;
  readonly vault: SecretVault;
  readonly once: AnswerOnce;
  readonly logger: Logger;
}

interface TargetMessage {
  readonly id?: string;
  readonly ifMatch?: string;
}

const CREATE = '/signalbox.config.v1.Webhooks/CreateWebhook';

/** Those RPCs of `signalbox.config.v1.Webhooks` that ask for webhooks:write. */
export function webhookWrites(options: WebhookWritesOptions): UntypedServiceImplementation {
  const { guard, vault, parser, logger } = options;
  const written = (outcome: WriteOutcome, id: string): Message => {
    if (outcome.kind !== 'written') throw errorOfRefusal(outcome, id, 'entity.not_exists');
    const { webhook, stateTag } = outcome;
    return messageOf(viewOf(webhook, vault), webhook.version, stateTag);
  };
  return {
    createWebhook: unary(guard, logger, async (request: CreateMessage, principal, { metadata }) => {
      const { tenantId, actor } = principal;
      const call = { caller: { tenantId, actor }, keys: metadata.get('idempotency-key'), rpc: CREATE, request };
      return answeredOnce(options.once, call, async () => {
        const input = valueOf(await parser.parseCreate(bodyOfCreate(request), tenantId));
        return written(await options.creating.create(principal, input), '');
      });
    }),
    updateWebhook: unary(guard, logger, async (message: UpdateMessage, principal) => {
      const target = targetOf(message);
      const input = valueOf(await parser.parseChange(bodyOfUpdate(message), principal.tenantId));
      return written(await options.changing.change(principal, target, input), target.id);
    }),
    deleteWebhook: unary(guard, logger, async (message: TargetMessage, principal) => {
      const target = targetOf(message);
      const outcome = await options.deleting.delete(principal, target);
      if (outcome.kind !== 'deleted') throw errorOfRefusal(outcome, target.id, 'entity.not_found');
      return {};
    }),
    rotateSigningKey: unary(
      guard,
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
    testWebhook: unary(guard, logger, async ({ id = '', ...message }: TestMessage, principal) => {
      if (!isWebhookId(id)) throw notFound('entity.not_exists_with_id', id);
      const outcome = await options.testing.test(
        principal,
        id,
        valueOf(await parser.parseTest(bodyOfTest(message), principal.tenantId)),
      );
      return { results: resultsOf(outcome, id).map(messageOfTest) };
    }),
  };
}

function targetOf({ id = '', ifMatch }: TargetMessage): WebhookTarget {
  if (!isWebhookId(id)) throw notFound('entity.not_exists', id);
  return { id, ...(ifMatch !== undefined && { ifTags: [ifMatch] }) };
}
