import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Authenticator } from '../../../access/access.ts';
import type { WebhookFeed } from '../../application/webhook-feed.ts';
import { withScope } from './call-guards.ts';
import { watchWebhooks } from './watch-webhooks.ts';
import type { WebhookReadsOptions } from './webhook-reads.grpc.ts';
import { webhookReads } from './webhook-reads.grpc.ts';
import type { WebhookWritesOptions } from './webhook-writes.grpc.ts';
import { webhookWrites } from './webhook-writes.grpc.ts';

export interface WebhooksGrpcOptions extends Omit<WebhookReadsOptions, 'guard'>, Omit<WebhookWritesOptions, 'guard'> {
  readonly authenticator: Authenticator;
  readonly feed: WebhookFeed;
  /** The service stops: streams end. */
  readonly stopping: AbortSignal;
}

/** `signalbox.config.v1.Webhooks`: the use cases of REST, with the same rules and the same errors. */
export function webhooksGrpcService(options: WebhooksGrpcOptions): UntypedServiceImplementation {
  const mayRead = withScope(options.authenticator, 'webhooks:read');
  const mayWrite = withScope(options.authenticator, 'webhooks:write');
  return {
    ...webhookReads({ ...options, guard: mayRead }),
    ...webhookWrites({ ...options, guard: mayWrite }),
    watchWebhooks: watchWebhooks({ ...options, guard: mayRead }),
  };
}
