import { json } from 'node:stream/consumers';
import { Controller, Delete, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ERROR_STATUS } from '@signalbox/contracts';
import type { Logger } from '@signalbox/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requirePrincipal } from '../../../access/access.ts';
import { NeedsScope } from '../../../access/needs-scope.ts';
import { presentedBy } from '../../../access/presented-by.ts';
import type { ErrorBody } from '../../../errors/error-body.ts';
import { SignalboxError } from '../../../errors/signalbox-error.ts';
import { Idempotent } from '../../../idempotency/idempotent.ts';
import { LOGGER } from '../../../shared.ts';
import { isWebhookId } from '../../../webhooks/webhook-id.ts';
import type { WebhookNames } from '../../../webhooks/webhook-names.port.ts';
import { WEBHOOK_NAMES } from '../../../webhooks/webhook-names.port.ts';
import type { WebhookOwnership } from '../../../webhooks/webhook-ownership.port.ts';
import { WEBHOOK_OWNERSHIP } from '../../../webhooks/webhook-ownership.port.ts';
import { mayBePassedOn } from '../../application/guarded-webhook.ts';
import type { NeededState } from '../../application/guarded-webhook.ts';
import type { MonitoringGateway, PassedAnswer } from '../../application/monitoring-gateway.port.ts';
import { MONITORING_GATEWAY } from '../../application/monitoring-gateway.port.ts';
import type { StreamWatch } from '../../application/stream-watch.ts';
import { STREAM_WATCH } from '../../application/stream-watch.ts';

/** What monitoring needs of a request; the caller's credential is not among it. */
const PASSED_HEADERS = [
  'accept',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'last-event-id',
  'prefer',
  'traceparent',
] as const;

/** On answers that may lack something; docs/operations.md. */
const STALE_HEADER = 'signalbox-stale-data';

/** Of an answer that is taken as a whole, from its head on. */
const ANSWER_TIMEOUT_MS = 10_000;

/** What of monitoring's answer has names put to it here. */
interface TroubledWebhooks {
  readonly webhooks: readonly { readonly hookId: string }[];
}

/** Everything monitoring answers, through the one public origin: who calls and whose webhook it is are checked here. */
@Controller('api')
export class DoorController {
  constructor(
    @Inject(WEBHOOK_OWNERSHIP) private readonly ownership: WebhookOwnership,
    @Inject(WEBHOOK_NAMES) private readonly names: WebhookNames,
    @Inject(MONITORING_GATEWAY) private readonly monitoring: MonitoringGateway,
    @Inject(STREAM_WATCH) private readonly streams: StreamWatch,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get(['hooks/:id/recent-logs', 'hooks/:id/deliveries', 'hooks/:id/deliveries/:deliveryId'])
  @NeedsScope('deliveries:read')
  async log(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.passForWebhook(request, reply, 'alive or deleted');
  }

  @Get(['hooks/:id/health', 'hooks/:id/live', 'hooks/:id/resends', 'hooks/:id/resends/:resendId'])
  @NeedsScope('deliveries:read')
  async aboutWebhook(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.passForWebhook(request, reply, 'alive');
  }

  @Post(['hooks/:id/deliveries/:deliveryId/resend', 'hooks/:id/resends'])
  @Idempotent()
  @NeedsScope('deliveries:resend')
  async resend(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    await this.requireWebhook(request, 'alive');
    return this.passWhole(request, reply);
  }

  @Delete('hooks/:id/resends/:resendId')
  @NeedsScope('deliveries:resend')
  async cancelResend(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.passForWebhook(request, reply, 'alive');
  }

  @Get(['logs/:id', 'live', 'health'])
  @NeedsScope('deliveries:read')
  async ofTenant(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.pass(request, reply);
  }

  /** Monitoring knows webhooks by their ids; what they are called is known here. */
  @Get('ops/webhooks')
  @NeedsScope('ops:read')
  async troubledWebhooks(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.ask(request);
    if (answer.status !== 200) return this.hand(answer, request, reply);
    const told = (await wholeOf(answer, reply))?.whole as TroubledWebhooks | undefined;
    if (told === undefined) throw unreachable();
    const names = await this.names.namesOf(told.webhooks.map(({ hookId }) => hookId));
    const webhooks = told.webhooks.map((webhook) => ({ ...webhook, name: names.get(webhook.hookId) ?? null }));
    await reply.send({ ...told, webhooks });
  }

  @Get('ops/*')
  @NeedsScope('ops:read')
  async readOps(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.pass(request, reply);
  }

  @Post('ops/*')
  @Idempotent()
  @NeedsScope('ops:write')
  async writeOps(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.passWhole(request, reply);
  }

  private async passForWebhook(request: FastifyRequest, reply: FastifyReply, needed: NeededState): Promise<void> {
    await this.requireWebhook(request, needed);
    await this.pass(request, reply);
  }

  private async requireWebhook(request: FastifyRequest, needed: NeededState): Promise<void> {
    const { tenantId } = requirePrincipal(request.principal);
    const { id = '' } = request.params as { readonly id?: string };
    if (!isWebhookId(id) || !(await mayBePassedOn(this.ownership, tenantId, id, needed))) {
      throw new SignalboxError('entity.not_exists_with_id', 'There is no webhook of this id', { data: { id } });
    }
  }

  /** As a handler that gives its answer back, so that it can be kept for an `Idempotency-Key`: a refusal is thrown. */
  private async passWhole(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const answer = await this.ask(request);
    const { status, headers } = answer;
    const told = await wholeOf(answer, reply);
    if (status >= 400) throw refusalOf(told?.whole, headers['retry-after']);
    // What was done is not known here: an answer without its body must not be kept as if it were the answer.
    if (told === undefined) throw unreachable();
    void reply.status(status);
    return told.whole;
  }

  private async pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.hand(await this.ask(request), request, reply);
  }

  private async ask(request: FastifyRequest): Promise<PassedAnswer> {
    const caller = requirePrincipal(request.principal);
    if (hasDotSegment(request.url)) throw new SignalboxError('route.not_found', 'There is nothing at this path');
    const answer = await this.monitoring.pass({
      method: request.method,
      path: request.url,
      headers: passedHeaders(request),
      caller,
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
    if (answer === 'unavailable') throw unreachable();
    if (answer.status === 401) {
      // It is us whom monitoring does not believe; the caller's credential was checked here and is right.
      answer.body.destroy();
      this.logger.error({ path: request.routeOptions.url }, 'monitoring.identity_refused');
      throw unreachable();
    }
    return answer;
  }

  private async hand(
    { status, headers, body }: PassedAnswer,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const isStream = /^text\/event-stream\b/.test(String(headers['content-type']));
    const unwatch = isStream ? this.streams.watch(presentedBy(request), () => body.destroy()) : undefined;
    // The reader may go at any time; monitoring must not go on writing for nobody.
    reply.raw.once('close', () => {
      unwatch?.();
      body.destroy();
    });
    if (reply.raw.destroyed) body.destroy();
    await reply
      .status(status)
      .headers({ ...headers })
      .send(body);
  }
}

/** Undefined where it breaks off or takes too long. That it may be stale is said with whatever is made of it. */
async function wholeOf(
  { headers, body }: PassedAnswer,
  reply: FastifyReply,
): Promise<{ readonly whole: unknown } | undefined> {
  const isStale = headers[STALE_HEADER];
  if (isStale !== undefined) void reply.header(STALE_HEADER, isStale);
  const giveUp = setTimeout(() => body.destroy(), ANSWER_TIMEOUT_MS);
  try {
    return { whole: await json(body) };
  } catch {
    return undefined;
  } finally {
    clearTimeout(giveUp);
  }
}

/** What monitoring refuses has the one shape of errors, and codes of the one table. */
function refusalOf(told: unknown, retryAfter: string | string[] | undefined): SignalboxError {
  const { code, message, data, details } = (told ?? {}) as Partial<ErrorBody>;
  if (code === undefined || message === undefined || !Object.hasOwn(ERROR_STATUS, code)) return unreachable();
  return new SignalboxError(code, message, {
    ...(data !== undefined && { data }),
    ...(details !== undefined && { details }),
    ...(retryAfter !== undefined && { retryAfterSeconds: Number(retryAfter) }),
  });
}

function unreachable(): SignalboxError {
  return new SignalboxError('service.unavailable', 'The delivery log cannot be reached now; try again shortly');
}

function passedHeaders(request: FastifyRequest): Record<string, string> {
  const { host, protocol } = new URL(request.publicOrigin);
  const headers: Record<string, string> = { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
  for (const name of PASSED_HEADERS) {
    const value = request.headers[name];
    // Of a body that is not passed on, its type alone would be refused.
    if (name === 'content-type' && request.body === undefined) continue;
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}

/** What is checked here must be what is answered there, and some parsers would walk up a path. */
function hasDotSegment(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  return path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment)) || /%2f|%5c|\\/i.test(path);
}
