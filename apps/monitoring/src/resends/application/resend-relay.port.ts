import type { ResendableState } from '../domain/bulk-resend.ts';
import type { Owner, ResendableDelivery, RoundRequest } from './resend-requests.port.ts';

/** A round that was asked for and is not known to be in the log. */
export interface UnrelayedRound {
  readonly deliveryId: string;
  readonly round: number;
  /** Null: the delivery is no longer kept. */
  readonly delivery: DeliveryToResend | null;
}

/** What of a delivery its next round is made of. */
export interface DeliveryToResend {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly eventType: string;
  readonly eventId: string;
  readonly firstScheduledAtMs: number;
  /** The exact bytes that were sent. */
  readonly body: Buffer;
  /** The latest state of the webhook that any attempt was made with. */
  readonly webhookEpoch: number;
  readonly webhookVersion: number;
  /** The highest round that records or facts have told of. */
  readonly seenRound: number;
}

export interface RunningBulk {
  readonly id: string;
  readonly owner: Owner;
  /** Of the deliveries that it is about. */
  readonly state: ResendableState;
  readonly ratePerSecond: number;
  /** Who asked for it. */
  readonly actor: string;
  readonly createdAtMs: number;
}

/** What one step of a bulk resend does. */
export interface BulkStep {
  readonly requests: readonly RoundRequest[];
  /** How many of those looked at are not to be resent. */
  readonly passedOver: number;
  /** The last one looked at; null: there was none left. */
  readonly after: Pick<ResendableDelivery, 'deliveryId' | 'firstScheduledAtMs'> | null;
  readonly isLast: boolean;
}

/** The requests, while no other instance relays them. Every call rejects once the lock is lost. */
export interface HeldResends {
  unrelayed(limit: number): Promise<readonly UnrelayedRound[]>;
  markRelayed(rounds: readonly Pick<UnrelayedRound, 'deliveryId' | 'round'>[], atMs: number): Promise<void>;
  runningBulks(): Promise<readonly RunningBulk[]>;
  /** The next deliveries of a bulk resend, oldest first. */
  candidates(bulk: RunningBulk, limit: number): Promise<readonly ResendableDelivery[]>;
  /** In one piece; nothing when it was cancelled meanwhile. Returns how many rounds were asked for. */
  step(bulk: RunningBulk, step: BulkStep, atMs: number): Promise<number>;
  /** Forgets what was asked for longer ago than that, by the database's clock. */
  prune(keepMs: number): Promise<void>;
  release(): Promise<void>;
}

export interface ResendHolding {
  /** Undefined while another instance holds them. */
  tryHold(onLost: () => void): Promise<HeldResends | undefined>;
}

/** A delivery's next round, as it goes to the log. */
export interface ResentRound {
  readonly deliveryId: string;
  readonly round: number;
  readonly delivery: DeliveryToResend;
}

export interface ResentDeliveries {
  /** Resolves when all are acknowledged; rejects when `signal` aborts before. */
  publish(rounds: readonly ResentRound[], signal: AbortSignal): Promise<void>;
}
