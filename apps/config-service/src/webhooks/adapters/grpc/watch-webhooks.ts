import { once } from 'node:events';
import type { ServerWritableStream, handleServerStreamingCall } from '@grpc/grpc-js';
import type { Logger } from '@signalbox/observability';
import type { Principal } from '../../../access/access.ts';
import { SignalboxError } from '../../../errors/signalbox-error.ts';
import type { WebhookFeed } from '../../application/webhook-feed.ts';
import type { FeedPosition } from '../../application/webhook-feed.port.ts';
import type { SecretVault } from '../../application/secret-vault.ts';
import type { CallGuard, Message } from './unary.ts';
import { refusalOf } from './unary.ts';
import { messagesOfFeed } from './watch.message.ts';

export interface WatchOptions {
  readonly guard: CallGuard;
  readonly feed: Pick<WebhookFeed, 'watch'>;
  readonly vault: SecretVault;
  /** The service stops: every watch ends. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
  /** A reader that takes nothing for so long is given up; default 30,000. */
  readonly slowMs?: number;
  /** How often the credential is looked at again; default 60,000. */
  readonly guardEveryMs?: number;
}

interface WatchRequest {
  readonly from?: Partial<FeedPosition>;
}

type Call = ServerWritableStream<WatchRequest, Message>;

/** Of one process: each asks the database a few times a second. */
const MAX_WATCHES = 100;
const MAX_WATCHES_OF_TENANT = 10;

/** `WatchWebhooks`: the feed of a tenant's webhooks, for as long as its caller reads, may read, and this process runs. */
export function watchWebhooks(options: WatchOptions): handleServerStreamingCall<WatchRequest, Message> {
  const { guard, feed, vault, stopping, logger, slowMs = 30_000, guardEveryMs = 60_000 } = options;
  const watches: string[] = [];

  const tell = async (call: Call, principal: Principal, signal: AbortSignal): Promise<void> => {
    const { tenantId } = principal;
    const { from } = call.request;
    const place = from === undefined ? undefined : { epoch: from.epoch ?? 0, position: from.position ?? 0 };
    for await (const event of feed.watch({ tenantId, signal, ...(place !== undefined && { from: place }) })) {
      for (const message of messagesOfFeed(event, vault)) {
        if (!call.write(message)) await drained(call, slowMs, signal);
      }
    }
  };

  const watch = async (call: Call): Promise<void> => {
    const over = new AbortController();
    call.once('cancelled', () => over.abort());
    const isGone = (): boolean => over.signal.aborted && over.signal.reason instanceof DOMException;
    try {
      const principal = await guard(call);
      const release = admitted(watches, principal.tenantId);
      const again = setInterval(() => void guard(call).catch((error: unknown) => over.abort(error)), guardEveryMs);
      try {
        await tell(call, principal, AbortSignal.any([over.signal, stopping]));
      } finally {
        clearInterval(again);
        release();
      }
      over.signal.throwIfAborted();
      throw new SignalboxError('service.unavailable', 'The service stops; go on from the last `at` at another one');
    } catch (error) {
      if (!isGone()) call.emit('error', refusalOf(error, call.getPath(), logger));
    }
  };
  return (call) => void watch(call);
}

/** @throws SignalboxError `guard.rate_limited` when there are too many already. */
function admitted(watches: string[], tenantId: string): () => void {
  const ofTenant = watches.filter((other) => other === tenantId).length;
  if (watches.length >= MAX_WATCHES || ofTenant >= MAX_WATCHES_OF_TENANT) {
    throw new SignalboxError('guard.rate_limited', `At most ${MAX_WATCHES_OF_TENANT} watches of a tenant at a time`);
  }
  watches.push(tenantId);
  return () => void watches.splice(watches.indexOf(tenantId), 1);
}

/** Nothing is read from the database for a reader that does not take what there is: what is held for it stays small. */
async function drained(call: Call, slowMs: number, signal: AbortSignal): Promise<void> {
  const slow = AbortSignal.timeout(slowMs);
  try {
    await once(call, 'drain', { signal: AbortSignal.any([signal, slow]) });
  } catch (error) {
    if (!slow.aborted || signal.aborted) throw error;
    throw new SignalboxError('guard.rate_limited', 'The changes are read too slowly; go on from the last `at`');
  }
}
