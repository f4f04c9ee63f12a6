/** One condition without which a service cannot do its work. */
export interface ReadinessCheck {
  /** Key in the answer of `/health/ready`, e.g. `postgres`. */
  readonly name: string;
  /**
   * Why it is not ready, for the operator, or null when it is. Throwing counts as not ready with the error's message, and
   * so does taking longer than {@link READINESS_TIMEOUT_MS}. `signal` aborts then.
   */
  reasonNotReady(signal: AbortSignal): Promise<string | null> | string | null;
}

export const READINESS_TIMEOUT_MS = 2_000;
