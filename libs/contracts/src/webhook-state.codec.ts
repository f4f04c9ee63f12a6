/** A secret under AES-256-GCM with the webhook id as associated data; see `@signalbox/secrets` for its form. */
export type SealedSecret = string;

export interface SealedSigningKey {
  readonly sealed: SealedSecret;
  /** Unix ms until which a replaced key still signs; null for the newest. */
  readonly honouredUntilMs: number | null;
}

export interface SealedHeader {
  readonly name: string;
  readonly sealedValue: SealedSecret;
}

/** Resolved: defaults are filled in by config-service, so that every reader does the same. */
export interface RetryPolicyState {
  readonly preset: 'logto' | 'standard';
  /** Delay before the second, third, … attempt; its length is the number of retries. */
  readonly delaysMs: readonly number[];
  readonly maxAgeMs: number;
}

/** A webhook's whole state as a value of the compacted topic `webhooks`. Compared by (epoch, version) as a pair. */
export interface WebhookState {
  readonly deleted: false;
  readonly id: string;
  readonly tenantId: string;
  readonly epoch: number;
  readonly version: number;
  readonly name: string;
  /** What it is sent: its `events`, or its legacy `event` alone while those are empty. */
  readonly subscribedTo: readonly string[];
  readonly url: string;
  readonly headers: readonly SealedHeader[];
  readonly enabled: boolean;
  /** Newest first; never empty. */
  readonly signingKeys: readonly SealedSigningKey[];
  /** PKCS#8 DER in base64 before sealing; absent unless the webhook asks for `v1a`. */
  readonly ed25519PrivateKey?: SealedSecret;
  readonly timeoutMs: number;
  readonly retryPolicy: RetryPolicyState;
  readonly rateLimitPerSecond?: number;
}

/** A deletion is a fact with a version of its own; unknown is never "deleted" (invariant 7). */
export interface WebhookDeletion {
  readonly deleted: true;
  readonly id: string;
  readonly tenantId: string;
  readonly epoch: number;
  readonly version: number;
  readonly deletedAtMs: number;
}

export type WebhookRecord = WebhookState | WebhookDeletion;

export function encodeWebhook(record: WebhookRecord): string {
  return JSON.stringify(record);
}

/** The record, or undefined when the value is none of ours, or lacks what a reader could not do without. */
export function decodeWebhook(value: Buffer): WebhookRecord | undefined {
  try {
    const record = JSON.parse(value.toString()) as Partial<WebhookRecord> | null;
    const isOurs =
      typeof record?.id === 'string' &&
      typeof record.tenantId === 'string' &&
      typeof record.epoch === 'number' &&
      typeof record.version === 'number' &&
      typeof record.deleted === 'boolean';
    return isOurs && (record.deleted || isWholeState(record)) ? (record as WebhookRecord) : undefined;
  } catch {
    return undefined;
  }
}

function isWholeState(record: Partial<WebhookRecord>): boolean {
  if (record.deleted !== false) return false;
  return (
    typeof record.url === 'string' &&
    typeof record.enabled === 'boolean' &&
    typeof record.timeoutMs === 'number' &&
    Array.isArray(record.subscribedTo) &&
    Array.isArray(record.headers) &&
    Array.isArray(record.signingKeys) &&
    record.signingKeys.length > 0 &&
    Array.isArray(record.retryPolicy?.delaysMs) &&
    typeof record.retryPolicy.maxAgeMs === 'number'
  );
}

/** Negative when `left` is the older. Epoch first: a restored database counts versions anew in a higher epoch. */
export function compareVersions(
  left: { readonly epoch: number; readonly version: number },
  right: { readonly epoch: number; readonly version: number },
): number {
  return left.epoch - right.epoch || left.version - right.version;
}
