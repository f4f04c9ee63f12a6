import { DEFAULT_RETRY_POLICY } from '@signalbox/domain';
import type { RetryPolicy } from '@signalbox/domain';

export const MAX_RETRIES = 3;
export const DEFAULT_TIMEOUT_MS = 10_000;

/** As it was asked for: what is absent here is absent in the answers of the API too. */
export interface DeliveryPolicy {
  readonly retries?: number;
  readonly timeoutMs?: number;
  readonly retryPolicy?: Partial<RetryPolicy>;
  readonly rateLimitPerSecond?: number;
  readonly ed25519?: boolean;
}

/** With every default filled in, as the sender needs it. */
export interface ResolvedDeliveryPolicy {
  readonly timeoutMs: number;
  readonly retryPolicy: RetryPolicy;
  readonly rateLimitPerSecond?: number;
  readonly ed25519: boolean;
}

/** `retryPolicy` wins over `retries`, field by field. */
export function resolveDeliveryPolicy(policy: DeliveryPolicy): ResolvedDeliveryPolicy {
  const { retries = MAX_RETRIES, retryPolicy = {}, rateLimitPerSecond } = policy;
  return {
    timeoutMs: policy.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retryPolicy: {
      preset: retryPolicy.preset ?? DEFAULT_RETRY_POLICY.preset,
      delaysMs: retryPolicy.delaysMs ?? DEFAULT_RETRY_POLICY.delaysMs.slice(0, retries),
      maxAgeMs: retryPolicy.maxAgeMs ?? DEFAULT_RETRY_POLICY.maxAgeMs,
    },
    ...(rateLimitPerSecond !== undefined && { rateLimitPerSecond }),
    ed25519: policy.ed25519 === true,
  };
}

/** Deliveries whose retries can never all be made within their age would end as expired, and nobody would know why. */
export function faultOfRetryPolicy(policy: DeliveryPolicy): string | undefined {
  const { delaysMs, maxAgeMs } = resolveDeliveryPolicy(policy).retryPolicy;
  const sumMs = delaysMs.reduce((sum, delayMs) => sum + delayMs, 0);
  return sumMs <= maxAgeMs ? undefined : `delaysMs add up to ${sumMs} ms, which is more than maxAgeMs (${maxAgeMs})`;
}
