import { status } from '@grpc/grpc-js';
import type { Identity } from '@signalbox/identity';
import type { FailureQuestion, ListFailingWebhooks } from '../../application/list-failing-webhooks.ts';
import type { FailureStreak } from '../../domain/failure-streak.ts';

interface ListResponse {
  readonly failing: readonly FailureStreak[];
  readonly recoveredWebhookIds: readonly string[];
}

interface Refusal {
  readonly code: status;
  readonly details: string;
}

const MAX_WEBHOOKS = 500;
const DAY_MS = 86_400_000;

/** `signalbox.monitoring.v1.FailingWebhooks`, for callers whose identity was looked at. */
export function failingWebhooksRpcs(listing: ListFailingWebhooks): {
  readonly listFailingWebhooks: (identity: Identity, request: FailureQuestion) => Promise<ListResponse | Refusal>;
} {
  return {
    async listFailingWebhooks({ tenantId }, request) {
      if (request.webhooks.length > MAX_WEBHOOKS) {
        return { code: status.INVALID_ARGUMENT, details: `webhooks: ${MAX_WEBHOOKS} are the most` };
      }
      const answer = await listing.list(tenantId, request);
      switch (answer.kind) {
        case 'told':
          return { failing: answer.failing, recoveredWebhookIds: answer.recoveredWebhookIds };
        case 'span not kept':
          return { code: status.FAILED_PRECONDITION, details: notKept(request.longestSpanMs, answer.keptMs) };
        case 'behind':
          return {
            code: status.FAILED_PRECONDITION,
            details: 'the log is not projected up to now, so that newer successes may be missing; ask again later',
          };
      }
      return answer satisfies never;
    },
  };
}

function notKept(spanMs: number, keptMs: number): string {
  const [asked, kept] = [spanMs / DAY_MS, keptMs / DAY_MS];
  return `longest_span_ms: failures over ${asked} days are never seen in a log of ${kept}; LOG_RETENTION_DAYS must be more`;
}
