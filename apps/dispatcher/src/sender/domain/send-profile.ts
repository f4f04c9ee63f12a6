import type { KeyObject } from 'node:crypto';
import type { Delivery } from '@signalbox/contracts';
import type { EndpointUrl, RetryPolicy } from '@signalbox/domain';
import { logtoSignature, standardSignatures } from '@signalbox/domain';

/** All that sending to a webhook needs, made once for each of its states and never for an attempt. */
export interface SendProfile {
  readonly endpoint: EndpointUrl;
  /** Custom headers and `user-agent`: name, value, name, value … */
  readonly headers: readonly string[];
  /** Of the custom ones that are sent, as a fact tells them; absent without any. */
  readonly headerNames?: string;
  /** Newest first; never empty. */
  readonly keys: readonly { readonly key: KeyObject; readonly honouredUntilMs: number | null }[];
  readonly ed25519?: KeyObject;
  readonly timeoutMs: number;
  readonly retryPolicy: RetryPolicy;
}

const USER_AGENT = 'Signalbox-Webhooks';
/** Ours, whatever a webhook's custom headers say; config-service refuses them, and older states may still hold one. */
const RESERVED = new Set([
  'content-type',
  'content-length',
  'transfer-encoding',
  'connection',
  'host',
  'logto-signature-sha-256',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'traceparent',
]);

/** The flat header list that does not change from attempt to attempt, and which of its names are the webhook's own. */
export function profileHeaders(
  custom: readonly { readonly name: string; readonly value: string }[],
): Pick<SendProfile, 'headers' | 'headerNames'> {
  const headers = ['content-type', 'application/json'];
  const allowed = custom.filter(({ name }) => !RESERVED.has(name.toLowerCase()));
  if (!allowed.some(({ name }) => name.toLowerCase() === 'user-agent')) headers.push('user-agent', USER_AGENT);
  for (const { name, value } of allowed) headers.push(name, value);
  return allowed.length === 0 ? { headers } : { headers, headerNames: allowed.map(({ name }) => name).join(', ') };
}

/** All headers of one attempt: both signature schemes over these bytes at this time (contract.md section 3). */
export function attemptHeaders(
  profile: SendProfile,
  delivery: Pick<Delivery, 'deliveryId' | 'traceparent'>,
  body: Buffer,
  nowMs: number,
  traceparent: string | undefined = delivery.traceparent,
): string[] {
  const newest = profile.keys[0]?.key;
  if (newest === undefined) throw new Error('a webhook without a signing key cannot be sent to');
  const hmac =
    profile.keys.length === 1
      ? [newest]
      : profile.keys.filter((key) => key.honouredUntilMs === null || key.honouredUntilMs > nowMs).map((key) => key.key);
  const timestampSeconds = Math.floor(nowMs / 1_000);
  const keys = profile.ed25519 === undefined ? { hmac } : { hmac, ed25519: profile.ed25519 };
  const headers = [
    ...profile.headers,
    'logto-signature-sha-256',
    logtoSignature(newest, body),
    'webhook-id',
    delivery.deliveryId,
    'webhook-timestamp',
    String(timestampSeconds),
    'webhook-signature',
    standardSignatures(keys, delivery.deliveryId, timestampSeconds, body),
  ];
  if (traceparent !== undefined) headers.push('traceparent', traceparent);
  return headers;
}
