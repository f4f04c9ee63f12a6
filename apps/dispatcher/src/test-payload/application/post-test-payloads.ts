import type { TestPayload, TestResult, TestTarget } from '../domain/test-payload.ts';
import { unsent } from '../domain/test-payload.ts';
import type { PayloadPoster, PreparedTarget } from './payload-poster.port.ts';

export interface TestLimits {
  /** Tests under way in this process. */
  readonly maxTests: number;
  readonly maxTestsOfTenant: number;
  /** POSTs of one test under way together. */
  readonly maxPosts: number;
}

export const DEFAULT_TEST_LIMITS: TestLimits = { maxTests: 16, maxTestsOfTenant: 2, maxPosts: 8 };

export type TestOutcome =
  | { readonly kind: 'posted'; readonly results: readonly TestResult[] }
  | { readonly kind: 'too many tests' }
  | { readonly kind: 'unknown key'; readonly detail: string };

/** Until when a test may run. */
export interface TestLife {
  /** Unix ms. */
  readonly deadlineAtMs: number;
  /** The caller has gone, or this process stops: nothing more is posted. */
  readonly signal: AbortSignal;
}

/** Less is not worth a connection. */
const MIN_POST_MS = 100;

/** Posts sample payloads, each once. Beside the deliveries and bounded, so that testing slows nothing else. */
export class PostTestPayloads {
  readonly #poster: PayloadPoster;
  readonly #limits: TestLimits;
  readonly #now: () => number;
  readonly #underWay = new Map<string, number>();
  #testsUnderWay = 0;

  constructor(poster: PayloadPoster, limits: TestLimits, now: () => number) {
    this.#poster = poster;
    this.#limits = limits;
    this.#now = now;
  }

  async post(target: TestTarget, payloads: readonly TestPayload[], life: TestLife): Promise<TestOutcome> {
    const { tenantId } = target;
    const ofTenant = this.#underWay.get(tenantId) ?? 0;
    const { maxTests, maxTestsOfTenant } = this.#limits;
    if (this.#testsUnderWay >= maxTests || ofTenant >= maxTestsOfTenant) return { kind: 'too many tests' };
    const prepared = this.#poster.prepare(target);
    switch (prepared.kind) {
      case 'unknown key':
        return { kind: 'unknown key', detail: prepared.detail };
      case 'refused url':
        return { kind: 'posted', results: payloads.map(() => unsent('refused-address', prepared.detail)) };
      case 'prepared':
        break;
    }
    this.#testsUnderWay++;
    this.#underWay.set(tenantId, ofTenant + 1);
    try {
      return { kind: 'posted', results: await this.#postAll(prepared, target.timeoutMs, payloads, life) };
    } finally {
      this.#testsUnderWay--;
      const left = (this.#underWay.get(tenantId) ?? 1) - 1;
      if (left > 0) this.#underWay.set(tenantId, left);
      else this.#underWay.delete(tenantId);
    }
  }

  async #postAll(
    prepared: PreparedTarget,
    timeoutMs: number,
    payloads: readonly TestPayload[],
    life: TestLife,
  ): Promise<readonly TestResult[]> {
    const results: TestResult[] = [];
    const queue = payloads.entries();
    const work = async (): Promise<void> => {
      for (const [index, payload] of queue) {
        const leftMs = Math.min(timeoutMs, life.deadlineAtMs - this.#now());
        results[index] =
          leftMs < MIN_POST_MS || life.signal.aborted
            ? unsent('timeout', 'was not sent: the payloads before it took all the time of this test')
            : await prepared.post(payload, leftMs);
      }
    };
    await Promise.all(Array.from({ length: this.#limits.maxPosts }, work));
    return results;
  }
}
