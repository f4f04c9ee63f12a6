import { describe, expect, it } from '@jest/globals';
import type { TestPayload, TestResult, TestTarget } from '../domain/test-payload.ts';
import type { PayloadPoster } from './payload-poster.port.ts';
import { PostTestPayloads } from './post-test-payloads.ts';

const target = (tenantId: string): TestTarget => ({
  tenantId,
  webhookId: 'w',
  url: 'https://example.com/',
  headers: [],
  signingKeys: [{ sealed: 'k', honouredUntilMs: null }],
  timeoutMs: 10_000,
});
const payloads = (count: number): TestPayload[] =>
  Array.from({ length: count }, (_, index) => ({ event: `e${index}`, body: Buffer.from(`${index}`) }));
const OK: TestResult = { ok: true, headers: [], durationMs: 1 };

/** Posts that end when the test says so. */
class HeldPosts implements PayloadPoster {
  readonly held: { readonly event: string; readonly timeoutMs: number; readonly end: () => void }[] = [];

  prepare(): ReturnType<PayloadPoster['prepare']> {
    return {
      kind: 'prepared',
      post: async ({ event }, timeoutMs) =>
        new Promise((resolve) => {
          this.held.push({ event, timeoutMs, end: () => resolve({ ...OK, error: event }) });
        }),
    };
  }
}

const life = { deadlineAtMs: 30_000, signal: new AbortController().signal };
const limits = { maxTests: 3, maxTestsOfTenant: 2, maxPosts: 2 };

describe('posting test payloads', () => {
  it('has so many POSTs under way, and reports in the order asked for', async () => {
    const poster = new HeldPosts();
    const posting = new PostTestPayloads(poster, limits, () => 0).post(target('a'), payloads(3), life);
    expect(poster.held.map(({ event }) => event)).toEqual(['e0', 'e1']);
    poster.held[1]?.end();
    await Promise.resolve().then(() => Promise.resolve());
    expect(poster.held.map(({ event }) => event)).toEqual(['e0', 'e1', 'e2']);
    poster.held[2]?.end();
    poster.held[0]?.end();
    const outcome = await posting;
    expect(outcome.kind === 'posted' && outcome.results.map(({ error }) => error)).toEqual(['e0', 'e1', 'e2']);
  });

  it('takes no more tests than it may, of one tenant and of all, and takes them again when some have ended', async () => {
    const poster = new HeldPosts();
    const tests = new PostTestPayloads(poster, limits, () => 0);
    const post = async (tenantId: string): Promise<string> =>
      (await tests.post(target(tenantId), payloads(1), life)).kind;
    const first = post('a');
    void post('a');
    expect(await post('a')).toBe('too many tests');
    void post('b');
    expect(await post('c')).toBe('too many tests');
    poster.held[0]?.end();
    expect(await first).toBe('posted');
    void post('a');
    expect(poster.held).toHaveLength(4);
  });

  it('gives a POST no more time than is left, and sends nothing when none is', async () => {
    const poster = new HeldPosts();
    let nowMs = 25_000;
    const posting = new PostTestPayloads(poster, { ...limits, maxPosts: 1 }, () => nowMs).post(
      target('a'),
      payloads(2),
      life,
    );
    expect(poster.held[0]?.timeoutMs).toBe(5_000);
    nowMs = 29_990;
    poster.held[0]?.end();
    expect(await posting).toMatchObject({ results: [{ ok: true }, { ok: false, errorClass: 'timeout' }] });
    expect(poster.held).toHaveLength(1);
  });

  it('posts nothing more when its caller has gone', async () => {
    const poster = new HeldPosts();
    const caller = new AbortController();
    const tests = new PostTestPayloads(poster, { ...limits, maxPosts: 1 }, () => 0);
    const posting = tests.post(target('a'), payloads(3), { ...life, signal: caller.signal });
    caller.abort();
    poster.held[0]?.end();
    await posting;
    expect(poster.held).toHaveLength(1);
  });

  it('reports a refused URL for each payload, and says apart that a secret does not open', async () => {
    const refusing = (kind: 'refused url' | 'unknown key'): PayloadPoster => ({
      prepare: () => ({ kind, detail: 'why' }),
    });
    const post = async (kind: 'refused url' | 'unknown key'): Promise<unknown> =>
      new PostTestPayloads(refusing(kind), limits, () => 0).post(target('a'), payloads(1), life);
    expect(await post('refused url')).toMatchObject({
      kind: 'posted',
      results: [{ ok: false, errorClass: 'refused-address', error: 'why' }],
    });
    expect(await post('unknown key')).toEqual({ kind: 'unknown key', detail: 'why' });
  });
});
