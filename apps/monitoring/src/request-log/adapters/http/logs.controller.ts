import { Controller, Get, Inject, Param, Query, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Identity } from '@signalbox/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../../../access/api-error.ts';
import { ApiErrorFilter } from '../../../access/api-error.filter.ts';
import { Caller, IdentityGuard, OpenTo } from '../../../access/identity.guard.ts';
import type { RawQuery } from '../../../access/query-reader.ts';
import type { MonitoringEnvironment } from '../../../monitoring.environment.ts';
import { shownMsOf } from '../../../monitoring.environment.ts';
import { ENVIRONMENT } from '../../../shared.ts';
import type { RequestLog } from '../../application/request-log.port.ts';
import { REQUEST_LOG } from '../../application/request-log.port.ts';
import { isDeliveryId } from '../../domain/delivery-query.ts';
import { logEntryJson } from '../../domain/log-entry.ts';
import { COUNT_CAP } from '../../domain/log-query.ts';
import { pageLinks } from '../../domain/page-links.ts';
import { parseLogQuery } from './log-query.parser.ts';

/** The request log as clients of Logto's Management API read it; section 5 of the webhook contract. */
@Controller('api')
@UseGuards(IdentityGuard)
@UseFilters(ApiErrorFilter)
export class LogsController {
  readonly #log: RequestLog;
  /** Where no time is asked for. */
  readonly #shownMs: number;

  constructor(@Inject(REQUEST_LOG) log: RequestLog, @Inject(ENVIRONMENT) env: MonitoringEnvironment) {
    this.#log = log;
    this.#shownMs = shownMsOf(env);
  }

  @Get('hooks/:id/recent-logs')
  @OpenTo('deliveries:read')
  async recentLogs(
    @Caller() { tenantId }: Identity,
    @Param('id') webhookId: string,
    @Query() query: RawQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const asked = parseLogQuery(query, Date.now(), this.#shownMs);
    const owner = { tenantId, webhookId };
    const { entries, total } = await this.#log.page(owner, asked);
    if (total === 0 && (await this.#log.isForeign(owner))) throw notFound('a webhook', webhookId);
    const isCapped = asked.isCapped && total > COUNT_CAP;
    if (isCapped) void reply.header('total-number-is-capped', 'true');
    void reply
      .header('total-number', String(total))
      .header('link', pageLinks(publicUrlOf(request), query, { ...asked, total, isCapped }))
      .header('content-type', 'application/json; charset=utf-8');
    return `[${entries.map(logEntryJson).join(',')}]`;
  }

  @Get('logs/:id')
  @OpenTo('deliveries:read')
  async log(
    @Caller() { tenantId }: Identity,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const entry = isDeliveryId(id) ? await this.#log.entry(tenantId, id) : undefined;
    if (entry === undefined) throw notFound('a log entry', id);
    void reply.header('content-type', 'application/json; charset=utf-8');
    return logEntryJson(entry);
  }
}

/** The path as the caller of the public door knows it, with its origin where the door has told it. */
function publicUrlOf(request: FastifyRequest): string {
  const [path = ''] = request.url.split('?');
  const host = request.headers['x-forwarded-host'];
  const protocol = request.headers['x-forwarded-proto'];
  return typeof host === 'string' && typeof protocol === 'string' ? `${protocol}://${host}${path}` : path;
}
