import { Body, Controller, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Principal } from '../../../access/access.ts';
import { CalledBy, NeedsScope } from '../../../access/needs-scope.ts';
import { Idempotent } from '../../../idempotency/idempotent.ts';
import { Documented } from '../../../openapi/documented.ts';
import { IDEMPOTENCY_KEY, PREFER } from '../../../openapi/parameters.ts';
import { ref } from '../../../openapi/schemas.ts';
import type { EventTest } from '../../application/test-webhook.ts';
import { TestWebhookUseCase } from '../../application/test-webhook.ts';
import { isWebhookId } from '../../webhook-id.ts';
import { notFound } from '../answers/refusal-error.ts';
import { errorOfTest, resultsOf } from '../answers/test-error.ts';
import { valueOf } from '../../../validation/parse-dto.ts';
import { TestWebhookDto } from '../validation/webhook.dto.ts';
import { WebhookInputParser } from '../validation/webhook-input.parser.ts';

/** Sample payloads to a configuration that its owner tries out before it is saved. */
@Controller('api/hooks')
export class TestWebhookController {
  constructor(
    private readonly testing: TestWebhookUseCase,
    private readonly parser: WebhookInputParser,
  ) {}

  @Documented({
    summary: 'Send sample payloads to a configuration',
    description:
      'One for each event, signed with the key of the webhook, which may be disabled. Nothing is saved, tried again or logged.',
    parameters: [PREFER, IDEMPOTENCY_KEY],
    body: TestWebhookDto,
    answer: { status: 204, description: 'The endpoint answered every payload with a status of 2xx' },
    otherAnswer: { status: 200, description: 'With `Prefer: return=representation`', schema: ref('TestResults') },
    errors: [
      'entity.not_exists_with_id',
      'hook.endpoint_responded_with_error',
      'hook.send_test_payload_failed',
      'guard.rate_limited',
    ],
  })
  @Post(':id/test')
  @Idempotent()
  @HttpCode(204)
  @NeedsScope('webhooks:write')
  async test(
    @CalledBy() principal: Principal,
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly results: readonly EventTest[] } | undefined> {
    if (!isWebhookId(id)) throw notFound('entity.not_exists_with_id', id);
    const input = valueOf(await this.parser.parseTest(body, principal.tenantId));
    const results = resultsOf(await this.testing.test(principal, id, input), id);
    if (wantsRepresentation(prefer)) {
      reply.status(200).header('preference-applied', 'return=representation');
      return { results };
    }
    const error = errorOfTest(results);
    if (error !== undefined) throw error;
    return undefined;
  }
}

/** RFC 7240, section 4.2. */
function wantsRepresentation(prefer: string | undefined): boolean {
  return (prefer ?? '')
    .split(',')
    .some((preference) => /^\s*return\s*=\s*"?representation"?\s*(;|$)/i.test(preference));
}
