/** The short form of `npm run fuzz`, in Node, seeded: whatever is sent, every answer is one of the document, and no 500. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { HOOK_URL } from '../testing/contract-table.ts';
import { requestFor } from '../testing/request-arbitrary.ts';
import { RunningConfigService } from '../testing/running-config-service.ts';
import type { JsonSchema, OpenApiDocument } from '@signalbox/contracts';

let service: RunningConfigService;
let document: OpenApiDocument;
const ids: string[] = [];
beforeAll(async () => {
  service = await RunningConfigService.start();
  ({ document } = await service.answerCheck());
  for (let count = 0; count < 3; count++) ids.push((await service.makeWebhook()).id);
});
afterAll(async () => service?.stop());

/** The document's schemas, with an endpoint whose name nobody has to look up. */
function schemasToFuzz(): Readonly<Record<string, JsonSchema>> {
  const { schemas } = document.components;
  const config = structuredClone(schemas['WebhookConfigDto']) as { properties: { url: { example: string } } };
  config.properties.url.example = HOOK_URL;
  return { ...schemas, WebhookConfigDto: config };
}

describe('the API', () => {
  it('answers whatever it is sent as its document says', async () => {
    const schemas = schemasToFuzz();
    const seen = new Map<string, Set<number>>();
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const statuses = new Set<number>();
        seen.set(`${method} ${path}`, statuses);
        const requests = requestFor(path, operation, schemas, ids);
        const send = async ({ path: asked, headers, body }: { path: string; headers: object; body?: string }) => {
          // Rejects for an answer that is not documented.
          const { status } = await service.call(method.toUpperCase(), asked, { headers: { ...headers }, body });
          statuses.add(status);
          if (status === 500) throw new Error(`500 for ${method} ${asked} ${body}`);
        };
        await fc.assert(fc.asyncProperty(requests, send), {
          seed: 1,
          numRuns: /^\/api\/hooks(\/\{id\})?$/.test(path) ? 60 : 12,
        });
      }
    }
    // It was not all refused at the first glance.
    expect([...(seen.get('post /api/hooks') ?? [])]).toEqual(expect.arrayContaining([201, 400]));
    expect([...(seen.get('patch /api/hooks/{id}') ?? [])]).toEqual(expect.arrayContaining([200, 400, 404]));
    expect([...(seen.get('get /api/hooks') ?? [])]).toEqual(expect.arrayContaining([200, 400]));
    expect(service.logLines.filter((line) => line.includes('"code":"server.internal_error"'))).toEqual([]);
  });
});
