import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../access/access.ts';
import { CalledBy, NeedsScope } from '../../../access/needs-scope.ts';
import { Idempotent } from '../../../idempotency/idempotent.ts';
import { Documented } from '../../../openapi/documented.ts';
import {
  ETAG,
  IDEMPOTENCY_KEY,
  IF_MATCH,
  LIST_FILTERS,
  INCLUDE_STATS,
  PAGE,
  PAGE_HEADERS,
  PAGE_SIZE,
  WARNING,
} from '../../../openapi/parameters.ts';
import { listOf, ref } from '../../../openapi/schemas.ts';
import { ChangeWebhookUseCase } from '../../application/change-webhook.ts';
import { CreateWebhookUseCase } from '../../application/create-webhook.ts';
import { DeleteWebhookUseCase } from '../../application/delete-webhook.ts';
import type { LoadedWebhook } from '../../application/webhook-journal.port.ts';
import type { ExecutionStats } from '../../application/execution-stats.port.ts';
import type { WebhooksRead } from '../../application/read-webhooks.ts';
import { ReadWebhooks } from '../../application/read-webhooks.ts';
import { RotateSigningKeyUseCase } from '../../application/rotate-signing-key.ts';
import { SecretVault } from '../../application/secret-vault.ts';
import type { SigningKeysView, ListedWebhookView, WebhookView } from '../../application/webhook-view.ts';
import { signingKeysOf, listedViewOf, viewOf } from '../../application/webhook-view.ts';
import type { WebhookTarget } from '../../application/webhook-input.ts';
import type { WriteOutcome } from '../../application/webhook-outcome.ts';
import type { NotFoundCode } from '../answers/refusal-error.ts';
import { listed } from '../answers/list-error.ts';
import { errorOfRefusal, notFound } from '../answers/refusal-error.ts';
import { valueOf } from '../../../validation/parse-dto.ts';
import { ChangeWebhookDto, CreateWebhookDto, RotateSigningKeyDto } from '../validation/webhook.dto.ts';
import { STATS_WARNING } from '../answers/stats-warning.ts';
import { listQueryOf } from '../validation/list-query.parser.ts';
import { WebhookInputParser } from '../validation/webhook-input.parser.ts';
import { etagOf, tagsOfIfMatch } from './etag.ts';
import { pageWindowOf } from '../answers/page-window.ts';
import { paginationHeaders } from './pagination.ts';
import { isWebhookId } from '../../webhook-id.ts';

const WRITE_CONFLICTS = ['entity.conflict', 'entity.version_mismatch'] as const;

/** `/api/hooks` of contract.md section 5: what a client of Logto's Management API calls. */
@Controller('api/hooks')
export class WebhooksController {
  constructor(
    private readonly reading: ReadWebhooks,
    private readonly creating: CreateWebhookUseCase,
    private readonly changing: ChangeWebhookUseCase,
    private readonly deleting: DeleteWebhookUseCase,
    private readonly rotating: RotateSigningKeyUseCase,
    private readonly parser: WebhookInputParser,
    private readonly vault: SecretVault,
  ) {}

  @Documented({
    summary: 'Webhooks, newest first',
    description: 'All of them, or a page where `page` or `page_size` is given.',
    parameters: [PAGE, PAGE_SIZE, INCLUDE_STATS, ...LIST_FILTERS],
    answer: {
      status: 200,
      description: 'Webhooks',
      schema: listOf('ListedWebhook'),
      headers: { ...PAGE_HEADERS, ...WARNING },
    },
    errors: ['guard.invalid_pagination', 'guard.invalid_input'],
  })
  @Get()
  @NeedsScope('webhooks:read')
  async list(
    @CalledBy() principal: Principal,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<readonly ListedWebhookView[]> {
    const window = pageWindowOf(query);
    const read = listed(
      await this.reading.list(principal, {
        query: listQueryOf(query),
        ...(window !== undefined && { window }),
        includeExecutionStats: query['includeExecutionStats'] === 'true',
      }),
    );
    if (window !== undefined) reply.headers(paginationHeaders(request, window, read.total));
    return this.views(read, reply);
  }

  @Documented({
    summary: 'Create a webhook',
    description: 'Its id and its signing key are made here.',
    parameters: [IDEMPOTENCY_KEY],
    body: CreateWebhookDto,
    answer: { status: 201, description: 'The webhook', schema: ref('Webhook'), headers: ETAG },
    errors: ['hook.missing_events'],
  })
  @Post()
  @Idempotent()
  @NeedsScope('webhooks:write')
  async create(
    @CalledBy() principal: Principal,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const input = valueOf(await this.parser.parseCreate(body, principal.tenantId));
    const outcome = await this.creating.create(principal, input);
    return this.written(outcome, '', 'entity.not_exists', reply);
  }

  @Documented({
    summary: 'One webhook',
    parameters: [INCLUDE_STATS],
    answer: { status: 200, description: 'The webhook', schema: ref('Webhook'), headers: { ...ETAG, ...WARNING } },
    errors: ['entity.not_exists_with_id'],
  })
  @Get(':id')
  @NeedsScope('webhooks:read')
  async find(
    @CalledBy() principal: Principal,
    @Param('id') id: string,
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const options = { includeExecutionStats: query['includeExecutionStats'] === 'true' };
    const read = isWebhookId(id) ? await this.reading.find(principal, id, options) : undefined;
    if (read === undefined) throw notFound('entity.not_exists_with_id', id);
    const { stats, isMissingStats } = read;
    if (isMissingStats) reply.header('warning', STATS_WARNING);
    return this.tagged(read, reply, stats);
  }

  @Documented({
    summary: 'Change a webhook',
    description:
      '`config` replaces as a whole; the signing key stays. Headers that cannot be opened now are replaced only by a `config` that names its headers, be it none.',
    parameters: [IF_MATCH],
    body: ChangeWebhookDto,
    answer: { status: 200, description: 'The webhook', schema: ref('Webhook'), headers: ETAG },
    errors: ['entity.not_exists', 'entity.invalid_input', ...WRITE_CONFLICTS],
  })
  @Patch(':id')
  @NeedsScope('webhooks:write')
  async change(
    @CalledBy() principal: Principal,
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const target = targetOf(id, ifMatch, 'entity.not_exists');
    const input = valueOf(await this.parser.parseChange(body, principal.tenantId));
    const outcome = await this.changing.change(principal, target, input);
    return this.written(outcome, id, 'entity.not_exists', reply);
  }

  @Documented({
    summary: 'Delete a webhook',
    parameters: [IF_MATCH],
    answer: { status: 204, description: 'It is deleted' },
    errors: ['entity.not_found', 'guard.invalid_input', ...WRITE_CONFLICTS],
  })
  @Delete(':id')
  @HttpCode(204)
  @NeedsScope('webhooks:write')
  async delete(
    @CalledBy() principal: Principal,
    @Param('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const outcome = await this.deleting.delete(principal, targetOf(id, ifMatch, 'entity.not_found'));
    if (outcome.kind !== 'deleted') throw errorOfRefusal(outcome, id, 'entity.not_found');
  }

  @Documented({
    summary: 'Give a webhook a new signing key',
    description: 'The replaced key signs beside it for a while.',
    parameters: [IF_MATCH],
    body: RotateSigningKeyDto,
    isBodyOptional: true,
    answer: { status: 200, description: 'The webhook', schema: ref('Webhook'), headers: ETAG },
    errors: ['entity.not_exists', ...WRITE_CONFLICTS],
  })
  @Patch(':id/signing-key')
  @NeedsScope('webhooks:write')
  async rotate(
    @CalledBy() principal: Principal,
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const target = targetOf(id, ifMatch, 'entity.not_exists');
    const { overlapSeconds } = valueOf(this.parser.parseRotate(body));
    const outcome = await this.rotating.rotate(principal, target, overlapSeconds);
    return this.written(outcome, id, 'entity.not_exists', reply);
  }

  @Documented({
    summary: 'The signing keys in force',
    answer: { status: 200, description: 'The keys', schema: ref('SigningKeys') },
    errors: ['entity.not_exists_with_id'],
  })
  @Get(':id/signing-keys')
  @NeedsScope('webhooks:read')
  async signingKeys(@CalledBy() principal: Principal, @Param('id') id: string): Promise<SigningKeysView> {
    const read = isWebhookId(id) ? await this.reading.find(principal, id, { includeExecutionStats: false }) : undefined;
    if (read === undefined) throw notFound('entity.not_exists_with_id', id);
    return signingKeysOf(read.webhook, this.vault, Date.now());
  }

  private views(read: WebhooksRead, reply: FastifyReply): readonly ListedWebhookView[] {
    if (read.isMissingStats) reply.header('warning', STATS_WARNING);
    return read.webhooks.map(({ webhook, stats }) => listedViewOf(webhook, this.vault, stats));
  }

  private written(outcome: WriteOutcome, id: string, code: NotFoundCode, reply: FastifyReply): WebhookView {
    if (outcome.kind !== 'written') throw errorOfRefusal(outcome, id, code);
    return this.tagged(outcome, reply);
  }

  private tagged({ webhook, stateTag }: LoadedWebhook, reply: FastifyReply, stats?: ExecutionStats): WebhookView {
    reply.header('etag', etagOf(stateTag));
    return viewOf(webhook, this.vault, stats);
  }
}

function targetOf(id: string, ifMatch: string | undefined, code: NotFoundCode): WebhookTarget {
  if (!isWebhookId(id)) throw notFound(code, id);
  const ifTags = tagsOfIfMatch(ifMatch);
  return { id, ...(ifTags !== undefined && { ifTags }) };
}
