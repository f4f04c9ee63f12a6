/** States a delivery can be resent from in bulk: those in which it has ended. */
export const RESENDABLE_STATES = ['failed', 'expired', 'skipped', 'succeeded'] as const;
export type ResendableState = (typeof RESENDABLE_STATES)[number];

/** Which deliveries of a webhook; times are Unix ms and inclusive. */
export interface ResendFilter {
  readonly state: ResendableState;
  readonly fromMs: number;
  readonly toMs: number;
  /** Null: of every event type. */
  readonly eventType: string | null;
}

export interface ResendRequest {
  readonly filter: ResendFilter;
  readonly ratePerSecond: number;
  readonly isDryRun: boolean;
}

export type BulkState = 'running' | 'done' | 'cancelled';

export interface BulkResend {
  readonly id: string;
  readonly webhookId: string;
  readonly state: BulkState;
  readonly filter: ResendFilter;
  readonly ratePerSecond: number;
  /** Deliveries that matched when it was asked for. */
  readonly matching: number;
  readonly resent: number;
  /** Those that had another round open, were ended or resent otherwise meanwhile, or whose body is not kept. */
  readonly passedOver: number;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly endedAtMs: number | null;
}

/** What is scheduled after that time is left out: it has not ended. */
export function upTo(filter: ResendFilter, timeMs: number): ResendFilter {
  return { ...filter, toMs: Math.min(filter.toMs, timeMs) };
}

/** Whether a bulk resend is what this request would have begun at that time. */
export function isAnswerTo(bulk: BulkResend, { filter, ratePerSecond }: ResendRequest): boolean {
  const asked = upTo(filter, bulk.createdAtMs);
  return (
    bulk.ratePerSecond === ratePerSecond &&
    bulk.filter.state === asked.state &&
    bulk.filter.fromMs === asked.fromMs &&
    bulk.filter.toMs === asked.toMs &&
    bulk.filter.eventType === asked.eventType
  );
}

/** As the API shows it. */
export function bulkResendView(bulk: BulkResend) {
  const { state, fromMs, toMs, eventType } = bulk.filter;
  const { matching, resent, passedOver } = bulk;
  return {
    id: bulk.id,
    hookId: bulk.webhookId,
    state: bulk.state,
    filter: { state, from: fromMs, to: toMs, ...(eventType !== null && { event: eventType }) },
    ratePerSecond: bulk.ratePerSecond,
    counts: { matching, resent, passedOver, remaining: Math.max(0, matching - resent - passedOver) },
    createdAt: bulk.createdAtMs,
    createdBy: bulk.createdBy,
    ...(bulk.endedAtMs !== null && { endedAt: bulk.endedAtMs }),
  };
}
