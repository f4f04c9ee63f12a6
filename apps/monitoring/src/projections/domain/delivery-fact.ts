/** What decides a delivery's state, as the facts of `attempts` say it. Times are Unix ms. */
interface Position {
  readonly round: number;
  /** From 1 within its round. */
  readonly attemptNumber: number;
  readonly deferrals: number;
  readonly atMs: number;
}

export interface AttemptedFact extends Position {
  readonly kind: 'attempted';
  readonly outcome: 'succeeded' | 'retrying' | 'failed';
  readonly timings: { readonly totalMs: number };
  readonly statusCode?: number;
  readonly errorClass?: string;
  readonly error?: string;
  readonly nextAttemptAtMs?: number;
}

export interface DeferredFact extends Position {
  readonly kind: 'deferred';
  readonly reason: string;
  readonly detail?: string;
  readonly dueAtMs: number;
}

export interface SkippedFact extends Position {
  readonly kind: 'skipped';
  readonly reason: string;
}

export interface ExpiredFact extends Position {
  readonly kind: 'expired';
  readonly maxAgeMs: number;
}

export type DeliveryFact = AttemptedFact | DeferredFact | SkippedFact | ExpiredFact;
