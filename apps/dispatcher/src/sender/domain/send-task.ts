import type { Delivery } from '@signalbox/contracts';
import type { Queued } from './lane.ts';

/** One record of `deliveries` that is to be sent, with where it stands in its log. */
export interface SendTask extends Queued {
  readonly partition: number;
  readonly offset: number;
  readonly webhookId: string;
  /** `roundStartedAtMs` is filled in. */
  readonly delivery: Delivery;
  readonly body: Buffer;
  /** It comes back from a wait for its webhook's breaker. */
  readonly wasHeldBack: boolean;
  /** Trace context of the attempt made of it, where one is recorded; its fact is caused by it. */
  attemptTrace?: string;
}
