import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../access/access.ts';
import { CalledBy, NeedsScope } from '../../../access/needs-scope.ts';
import { Idempotent } from '../../../idempotency/idempotent.ts';
import { Documented } from '../../../openapi/documented.ts';
import { ETAG, IDEMPOTENCY_KEY, IF_MATCH, PAGE, PAGE_HEADERS, PAGE_SIZE } from '../../../openapi/parameters.ts';
import { listOf, ref } from '../../../openapi/schemas.ts';
import { etagOf, pageWindowOf, paginationHeaders, tagsOfIfMatch } from '../../../webhooks/rest-forms.ts';
import type { EventTypeTarget } from '../../application/event-type-store.port.ts';
import type { EventTypeOutcome } from '../../application/manage-event-types.ts';
import { ManageEventTypes } from '../../application/manage-event-types.ts';
import { isEventTypeName } from '../../domain/own-event-type.ts';
import { ChangeEventTypeDto, CreateEventTypeDto } from '../validation/event-type.dto.ts';
import { parseChangeEventType, parseCreateEventType } from '../validation/event-type-input.parser.ts';
import { errorOfEventType, unknownEventType } from './event-type-error.ts';
import type { EventTypeView } from './event-type.view.ts';
import { BUILT_IN_VIEWS, entryOfOwn, viewOfOwn } from './event-type.view.ts';

const WRITE_CONFLICTS = ['entity.conflict', 'entity.version_mismatch'] as const;
/** Built-in types never change. */
const ETAG_OF_OWN = { ETag: { ...ETAG['ETag'], required: false, schema: { type: 'string' } } };

/** The event types a webhook can subscribe to: those every tenant has, then the tenant's own by name. */
@Controller('api/event-types')
export class EventTypesController {
  constructor(private readonly types: ManageEventTypes) {}

  @Documented({
    summary: 'The event types a webhook can subscribe to',
    description: 'Those every tenant has, then own ones by name. All of them, or a page.',
    parameters: [PAGE, PAGE_SIZE],
    answer: { status: 200, description: 'Event types', schema: listOf('EventType'), headers: PAGE_HEADERS },
    errors: ['guard.invalid_pagination'],
  })
  @Get()
  @NeedsScope('webhooks:read')
  async list(
    @CalledBy() { tenantId }: Principal,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<readonly EventTypeView[]> {
    const window = pageWindowOf(query);
    const all = [...BUILT_IN_VIEWS, ...(await this.types.list(tenantId)).map(entryOfOwn)];
    if (window === undefined) return all;
    reply.headers(paginationHeaders(request, window, all.length));
    return all.slice(window.offset, window.offset + window.limit);
  }

  @Documented({
    summary: 'Register an event type of your own',
    parameters: [IDEMPOTENCY_KEY],
    body: CreateEventTypeDto,
    answer: { status: 201, description: 'The event type', schema: ref('EventType'), headers: ETAG },
    errors: ['entity.conflict'],
  })
  @Post()
  @Idempotent()
  @NeedsScope('webhooks:write')
  async create(
    @CalledBy() { tenantId }: Principal,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventTypeView> {
    const input = parseCreateEventType(body);
    return this.written(await this.types.create(tenantId, input), input.name, reply);
  }

  @Documented({
    summary: 'One event type',
    answer: { status: 200, description: 'The event type', schema: ref('EventType'), headers: ETAG_OF_OWN },
    errors: ['entity.not_exists_with_id'],
  })
  @Get(':name')
  @NeedsScope('webhooks:read')
  async find(
    @CalledBy() { tenantId }: Principal,
    @Param('name') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventTypeView> {
    const builtIn = BUILT_IN_VIEWS.find((type) => type.name === name);
    if (builtIn !== undefined) return builtIn;
    const own = isEventTypeName(name) ? await this.types.find(tenantId, name) : undefined;
    if (own === undefined) throw unknownEventType(name);
    reply.header('etag', etagOf(own.stateTag));
    return viewOfOwn(own);
  }

  @Documented({
    summary: 'Change an event type of your own',
    parameters: [IF_MATCH],
    body: ChangeEventTypeDto,
    answer: { status: 200, description: 'The event type', schema: ref('EventType'), headers: ETAG },
    errors: ['entity.not_exists_with_id', 'entity.invalid_input', ...WRITE_CONFLICTS],
  })
  @Patch(':name')
  @NeedsScope('webhooks:write')
  async change(
    @CalledBy() { tenantId }: Principal,
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventTypeView> {
    const target = targetOf(tenantId, name, ifMatch);
    return this.written(await this.types.change(target, parseChangeEventType(name, body)), name, reply);
  }

  @Documented({
    summary: 'Delete an event type of your own',
    description: 'Only while no webhook subscribes to it.',
    parameters: [IF_MATCH],
    answer: { status: 204, description: 'It is gone' },
    errors: ['entity.not_exists_with_id', 'guard.invalid_input', ...WRITE_CONFLICTS],
  })
  @Delete(':name')
  @HttpCode(204)
  @NeedsScope('webhooks:write')
  async delete(
    @CalledBy() { tenantId }: Principal,
    @Param('name') name: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const outcome = await this.types.delete(targetOf(tenantId, name, ifMatch));
    if (outcome.kind !== 'deleted') throw errorOfEventType(outcome, name);
  }

  private written(outcome: EventTypeOutcome, name: string, reply: FastifyReply): EventTypeView {
    if (outcome.kind !== 'written') throw errorOfEventType(outcome, name);
    reply.header('etag', etagOf(outcome.type.stateTag));
    return viewOfOwn(outcome.type);
  }
}

function targetOf(tenantId: string, name: string, ifMatch: string | undefined): EventTypeTarget {
  if (!isEventTypeName(name)) throw unknownEventType(name);
  const ifTags = tagsOfIfMatch(ifMatch);
  return { tenantId, name, ...(ifTags !== undefined && { ifTags }) };
}
