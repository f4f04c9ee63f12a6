import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../access/access.ts';
import { CalledBy, NeedsScope } from '../../../access/needs-scope.ts';
import { Documented } from '../../../openapi/documented.ts';
import { PAGE, PAGE_HEADERS, PAGE_SIZE } from '../../../openapi/parameters.ts';
import { listOf } from '../../../openapi/schemas.ts';
import type { HistoryEntry } from '../../application/read-history.ts';
import { ReadHistory } from '../../application/read-history.ts';
import { isWebhookId } from '../../webhook-id.ts';
import { pageOf } from '../answers/page-window.ts';
import { notFound } from '../answers/refusal-error.ts';
import { paginationHeaders } from './pagination.ts';

/** Who changed what in a webhook, and when. */
@Controller('api/hooks')
export class HistoryController {
  constructor(private readonly history: ReadHistory) {}

  @Documented({
    summary: 'Who changed what in a webhook, newest first',
    description: 'Always a page. Secrets are masked. A deleted webhook keeps its history.',
    parameters: [PAGE, PAGE_SIZE],
    answer: { status: 200, description: 'Changes', schema: listOf('HistoryEntry'), headers: PAGE_HEADERS },
    errors: ['entity.not_exists_with_id', 'guard.invalid_pagination'],
  })
  @Get(':id/history')
  @NeedsScope('webhooks:read')
  async page(
    @CalledBy() { tenantId }: Principal,
    @Param('id') id: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<readonly HistoryEntry[]> {
    const window = pageOf(query);
    const page = isWebhookId(id) ? await this.history.page(tenantId, id, window) : undefined;
    if (page === undefined) throw notFound('entity.not_exists_with_id', id);
    reply.headers(paginationHeaders(request, window, page.total));
    return page.entries;
  }
}
