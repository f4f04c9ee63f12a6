import type { ErrorClass, SealedHeader, SealedSecret, SealedSigningKey } from '@signalbox/contracts';

/** Where a test goes, and what it is signed with. */
export interface TestTarget {
  readonly tenantId: string;
  /** What the secrets are sealed for. */
  readonly webhookId: string;
  readonly url: string;
  readonly headers: readonly SealedHeader[];
  /** Newest first; never empty. */
  readonly signingKeys: readonly SealedSigningKey[];
  readonly ed25519PrivateKey?: SealedSecret;
  /** Of each POST. */
  readonly timeoutMs: number;
}

export interface TestPayload {
  readonly event: string;
  /** The exact bytes to post. */
  readonly body: Buffer;
}

export interface SentHeader {
  readonly name: string;
  /** Absent for a custom header: whoever asked for it knows it. */
  readonly value?: string;
}

/** What came of one payload. */
export interface TestResult {
  /** There was a whole answer, with a status of 2xx. */
  readonly ok: boolean;
  readonly headers: readonly SentHeader[];
  /** Absent where there was no whole answer. */
  readonly answer?: { readonly statusCode: number; readonly body: string };
  readonly durationMs: number;
  /** Absent when ok. */
  readonly errorClass?: ErrorClass;
  /** For people; absent when ok. */
  readonly error?: string;
}

/** A payload that was never posted. */
export function unsent(errorClass: ErrorClass, error: string): TestResult {
  return { ok: false, headers: [], durationMs: 0, errorClass, error };
}
