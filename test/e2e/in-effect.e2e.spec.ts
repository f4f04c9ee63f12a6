import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '@signalbox/sandbox';
import { aWebhook, startTestSandbox } from '@signalbox/testing';
import { ApiClient } from '../support/api-client.ts';
import { inEffect } from '../support/applied-configuration.ts';

const ROUNDS = 50;

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  api = new ApiClient(sandbox.runInfo);
}, 120_000);
afterAll(async () => sandbox.stop(), 60_000);

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;

describe('a change of a webhook', () => {
  // The p99 is judged by `npm run bench -- config`: here a neighbour on the machine would be taken for a fault.
  it('is applied by router and sender within 200 ms (median) of the answer that accepted it', async () => {
    const changes: number[] = [];
    const timed = async <T>(change: () => Promise<T>): Promise<T> => {
      const { answer, inEffectAfterMs } = await inEffect(sandbox.runInfo, change);
      changes.push(inEffectAfterMs);
      return answer;
    };
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await timed(async () => api.createWebhook(aWebhook('http://127.0.0.1:8080/')));
      await timed(async () => api.changeWebhook(id, { config: { url: 'http://127.0.0.1:8081/' } }));
      await timed(async () => api.changeWebhook(id, { enabled: false }));
      await timed(async () => api.deleteWebhook(id));
    }
    const sorted = changes.toSorted((a, b) => a - b);
    const median = Math.round(sorted[sorted.length / 2] ?? Number.NaN);
    console.log(
      `${changes.length} changes: in effect after ${median} ms (median), ${Math.round(p99(changes))} ms (p99)`,
    );
    expect(median).toBeLessThanOrEqual(200);
  }, 120_000);
});
