import { createHash } from 'node:crypto';

/** For so long the same call gets the same answer. */
export const ANSWER_KEPT_MS = 86_400_000;

/** Whose key it is: the same text means nothing to another tenant or credential. */
export interface CallSlot {
  readonly tenantId: string;
  readonly actor: string;
  readonly key: string;
}

/** What was answered to what. */
export interface KeptAnswer {
  /** Of what was asked; see {@link fingerprintOf}. */
  readonly fingerprint: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As the handler gave it; absent for an answer without body. */
  readonly body?: unknown;
}

/** RFC draft-ietf-httpapi-idempotency-key-header has it as a quoted text; clients send it bare as often. */
export function isIdempotencyKey(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text);
}

/** Two calls are the same when method, path and the members of the body are, in their order. */
export function fingerprintOf(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, body ?? null]))
    .digest('base64');
}
