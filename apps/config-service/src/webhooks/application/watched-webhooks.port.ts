import type { FailureStreak } from '../domain/failing-webhook.ts';
import type { AskedWebhook } from './failure-log.port.ts';

/** An enabled webhook as failures are counted for it. */
export interface WatchedWebhook extends AskedWebhook {
  readonly tenantId: string;
  readonly version: number;
  /** Names the state it is in. */
  readonly stateTag: string;
}

/** Which webhooks may be failing, and whose owners were warned. */
export interface WatchedWebhooks {
  /** Ends warnings of webhooks that are not enabled any more, or whose clock began anew; tells operators of the latter. */
  forgetOver(atMs: number): Promise<void>;
  /** The next enabled webhooks behind `afterId`, in order of id, whose clock began before `startedBeforeMs`. */
  next(afterId: string, startedBeforeMs: number, limit: number): Promise<readonly WatchedWebhook[]>;
  /** Tells operators once; answers whether this call did. */
  warn(webhook: WatchedWebhook, streak: FailureStreak, disabledFromMs: number, atMs: number): Promise<boolean>;
  /** Ends a warning and tells operators; answers whether this call did. */
  recover(webhook: WatchedWebhook, atMs: number): Promise<boolean>;
}
