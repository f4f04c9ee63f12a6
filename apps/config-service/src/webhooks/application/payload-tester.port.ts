import type { SealedHeader, SealedText, SigningKey } from '../domain/webhook.ts';
import type { Caller } from './webhook-input.ts';

/** Payloads to post once to a URL, signed with a webhook's keys. Secrets travel sealed. */
export interface PayloadTest {
  readonly webhookId: string;
  readonly url: string;
  readonly headers: readonly SealedHeader[];
  /** Newest first. */
  readonly signingKeys: readonly SigningKey[];
  /** Where a `v1a` signature is wanted. */
  readonly ed25519PrivateKey?: SealedText;
  /** Of each POST. */
  readonly timeoutMs: number;
  readonly payloads: readonly { readonly event: string; readonly body: Buffer }[];
}

/** What came of one payload. */
export interface PayloadResult {
  readonly ok: boolean;
  /** As sent; a custom header comes without its value. */
  readonly headers: readonly { readonly name: string; readonly value?: string }[];
  /** Absent where there was no whole answer. */
  readonly answer?: { readonly statusCode: number; readonly body: string };
  readonly durationMs: number;
  readonly errorClass?: string;
  readonly error?: string;
}

/** `busy`: too many tests are under way. `unavailable`: whoever posts cannot be reached, or does not answer in time. */
export type PayloadTestOutcome =
  | { readonly kind: 'posted'; readonly results: readonly PayloadResult[] }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unavailable' };

export interface PayloadTester {
  /** One result for each payload, in their order. Never rejects. */
  post(caller: Caller, test: PayloadTest): Promise<PayloadTestOutcome>;
}
