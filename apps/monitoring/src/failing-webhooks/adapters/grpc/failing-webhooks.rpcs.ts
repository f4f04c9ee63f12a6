import { status } from '@grpc/grpc-js';
import type { Identity } from '@signalbox/identity';
import type { FailureStreaks } from '../../application/failure-streaks.port.ts';
import type { FailureStreak, StreakBounds, WatchedWebhook } from '../../domain/failure-streak.ts';

interface ListRequest extends StreakBounds {
  readonly webhooks: readonly WatchedWebhook[];
}

interface ListResponse {
  readonly failing: readonly FailureStreak[];
  readonly recoveredWebhookIds: readonly string[];
}

interface Refusal {
  readonly code: status;
  readonly details: string;
}

const MAX_WEBHOOKS = 500;

/** `signalbox.monitoring.v1.FailingWebhooks`, for callers whose identity was looked at. */
export function failingWebhooksRpcs(streaks: FailureStreaks): {
  readonly listFailingWebhooks: (identity: Identity, request: ListRequest) => Promise<ListResponse | Refusal>;
} {
  return {
    async listFailingWebhooks({ tenantId }, { webhooks, spanMs, minFailures }) {
      if (webhooks.length > MAX_WEBHOOKS) {
        return { code: status.INVALID_ARGUMENT, details: `webhooks: ${MAX_WEBHOOKS} are the most` };
      }
      const [failing, recoveredWebhookIds] = await Promise.all([
        streaks.streaksOf(tenantId, webhooks, { spanMs, minFailures }),
        streaks.recoveredOf(tenantId, webhooks),
      ]);
      return { failing, recoveredWebhookIds };
    },
  };
}
