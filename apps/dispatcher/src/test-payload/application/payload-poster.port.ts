import type { TestPayload, TestResult, TestTarget } from '../domain/test-payload.ts';

export interface PreparedTarget {
  readonly kind: 'prepared';
  /** One POST, tried once. Resolves within `timeoutMs`; never rejects. */
  post(payload: TestPayload, timeoutMs: number): Promise<TestResult>;
}

/** Posts as deliveries are posted: same rules for URLs and addresses, same signatures. */
export interface PayloadPoster {
  /** `refused url`: by the rules in force here. `unknown key`: a secret does not open with the keyring there is. */
  prepare(
    target: TestTarget,
  ): PreparedTarget | { readonly kind: 'refused url' | 'unknown key'; readonly detail: string };
}
