import { Metadata, status } from '@grpc/grpc-js';
import type { ServerUnaryCall, ServiceError, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import type { Logger } from '@signalbox/observability';
import { admit, callerAddressOf, requireScope } from '../../../access/access.ts';
import type { Authenticator, Principal, Scope } from '../../../access/access.ts';
import { answerTo } from '../../../errors/error-body.ts';
import { logFieldsOf } from '../../../errors/error-log.ts';
import type { ChangeWebhookUseCase } from '../../application/change-webhook.ts';
import type { CreateWebhookUseCase } from '../../application/create-webhook.ts';
import type { DeleteWebhookUseCase } from '../../application/delete-webhook.ts';
import type { ReadWebhooks, WebhookWithStats } from '../../application/read-webhooks.ts';
import type { RotateSigningKeyUseCase } from '../../application/rotate-signing-key.ts';
import type { SecretVault } from '../../application/secret-vault.ts';
import type { WebhookTarget } from '../../application/webhook-input.ts';
import type { WriteOutcome } from '../../application/webhook-outcome.ts';
import { viewOf } from '../../application/webhook-view.ts';
import { isWebhookId } from '../../webhook-id.ts';
import { errorOfRefusal, notFound } from '../answers/refusal-error.ts';
import { pageWindowOf } from '../answers/page-window.ts';
import { valueOf } from '../../../validation/parse-dto.ts';
import type { WebhookInputParser } from '../validation/webhook-input.parser.ts';
import { bodyOfCreate, bodyOfUpdate, messageOf } from './webhook.message.ts';
import type { CreateMessage, UpdateMessage } from './webhook.message.ts';

export interface WebhooksGrpcOptions {
  readonly authenticator: Authenticator;
  readonly reading: ReadWebhooks;
  readonly creating: CreateWebhookUseCase;
  readonly changing: ChangeWebhookUseCase;
  readonly deleting: DeleteWebhookUseCase;
  readonly rotating: RotateSigningKeyUseCase;
  readonly parser: WebhookInputParser;
  readonly vault: SecretVault;
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

type Message = Readonly<Record<string, unknown>>;

/** `signalbox.config.v1.Webhooks`: the use cases of REST, with the same rules and the same errors. */
export function webhooksGrpcService(options: WebhooksGrpcOptions): UntypedServiceImplementation {
  const { vault, parser } = options;
  const written = (outcome: WriteOutcome, id: string): Message => {
    if (outcome.kind !== 'written') throw errorOfRefusal(outcome, id, 'entity.not_exists');
    return messageOf(viewOf(outcome.webhook, vault), outcome.webhook.version);
  };
  const read = ({ webhook, stats }: WebhookWithStats): Message =>
    messageOf(viewOf(webhook, vault, stats), webhook.version);

  return {
    createWebhook: unary(options, 'webhooks:write', async (message: CreateMessage, principal) =>
      written(
        await options.creating.create(
          principal,
          valueOf(await parser.parseCreate(bodyOfCreate(message), principal.tenantId)),
        ),
        '',
      ),
    ),
    getWebhook: unary(
      options,
      'webhooks:read',
      async ({ id = '', includeExecutionStats = false }: TargetMessage & ListMessage, principal) => {
        const found = isWebhookId(id) && (await options.reading.find(principal, id, { includeExecutionStats }));
        const [first] = found === false || found === undefined ? [] : found.webhooks;
        if (first === undefined) throw notFound('entity.not_exists_with_id', id);
        return read(first);
      },
    ),
    listWebhooks: unary(options, 'webhooks:read', async (message: ListMessage, principal) => {
      const { page, pageSize, includeExecutionStats = false } = message;
      const window = pageWindowOf({ page: page?.toString(), page_size: pageSize?.toString() });
      const listed = await options.reading.list(principal, {
        ...(window !== undefined && { window }),
        includeExecutionStats,
      });
      return { webhooks: listed.webhooks.map(read), total: listed.total };
    }),
    updateWebhook: unary(options, 'webhooks:write', async (message: UpdateMessage, principal) => {
      const target = targetOf(message);
      const input = valueOf(await parser.parseChange(bodyOfUpdate(message), principal.tenantId));
      return written(await options.changing.change(principal, target, input), target.id);
    }),
    deleteWebhook: unary(options, 'webhooks:write', async (message: TargetMessage, principal) => {
      const target = targetOf(message);
      const outcome = await options.deleting.delete(principal, target);
      if (outcome.kind !== 'deleted') throw errorOfRefusal(outcome, target.id, 'entity.not_found');
      return {};
    }),
    rotateSigningKey: unary(
      options,
      'webhooks:write',
      async (message: TargetMessage & { readonly overlapSeconds?: number }, principal) => {
        const target = targetOf(message);
        const { overlapSeconds: seconds } = message;
        const { overlapSeconds } = valueOf(
          parser.parseRotate(seconds === undefined ? {} : { overlapSeconds: seconds }),
        );
        return written(await options.rotating.rotate(principal, target, overlapSeconds), target.id);
      },
    ),
  };
}

/** A handler with what every call needs around it: the credential, the scope, and errors in their one shape. */
function unary<Request>(
  { authenticator, logger }: WebhooksGrpcOptions,
  scope: Scope,
  handle: (request: Request, principal: Principal) => Promise<Message>,
): (call: ServerUnaryCall<Request, Message>, callback: sendUnaryData<Message>) => void {
  const run = async (call: ServerUnaryCall<Request, Message>): Promise<Message> => {
    const [authorization] = call.metadata.get('authorization');
    const [developmentUserId] = call.metadata.get('development-user-id');
    const principal = await admit(authenticator, {
      authorization: authorization?.toString(),
      developmentUserId: developmentUserId?.toString(),
      address: callerAddressOf(call.getPeer()),
    });
    requireScope(principal, scope);
    return handle(call.request, principal);
  };
  const refusalOf = (error: unknown, rpc: string): Partial<ServiceError> => {
    const { rpcStatus, body, isFault, retryAfterSeconds } = answerTo(error);
    if (isFault) logger.error({ code: body.code, rpc, ...logFieldsOf(error) }, 'request.failed');
    const metadata = new Metadata();
    // The code of contract.md: several of them share a gRPC status.
    metadata.set('error-code', body.code);
    if (retryAfterSeconds !== undefined) metadata.set('retry-after', String(retryAfterSeconds));
    return { code: status[rpcStatus], details: body.message, metadata };
  };
  const reply = async (call: ServerUnaryCall<Request, Message>, callback: sendUnaryData<Message>): Promise<void> => {
    let answer: { readonly message: Message } | { readonly refusal: Partial<ServiceError> };
    try {
      answer = { message: await run(call) };
    } catch (error) {
      answer = { refusal: refusalOf(error, call.getPath()) };
    }
    if ('refusal' in answer) callback(answer.refusal);
    else callback(null, answer.message);
  };
  return (call, callback) => void reply(call, callback);
}

function targetOf({ id = '', ifVersion }: TargetMessage): WebhookTarget {
  if (!isWebhookId(id)) throw notFound('entity.not_exists', id);
  return { id, ...(ifVersion !== undefined && { ifVersion }) };
}
