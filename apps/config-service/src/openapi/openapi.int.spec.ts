import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenApiDocument, RestOperation } from '@signalbox/contracts';
import type { AnswerCheck } from '@signalbox/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { rawExchange } from '../testing/raw-exchange.ts';
import { routesOf } from '../testing/routes-of.ts';
import { RunningConfigService } from '../testing/running-config-service.ts';

let service: RunningConfigService;
let document: OpenApiDocument;
let check: AnswerCheck;
beforeAll(async () => {
  service = await RunningConfigService.start();
  check = await service.answerCheck();
  ({ document } = check);
});
afterAll(async () => service?.stop());

const operations = (): readonly (readonly [string, string, RestOperation])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method, path, operation] as const),
  );

describe('the OpenAPI document', () => {
  it('has every route of the API, and no route that is not there', async () => {
    const documented = operations().map(([method, path]) => `${method.toUpperCase()} ${path}`);
    const routes = (await routesOf(service.environment())).map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    const isDocumented = (route: string): boolean => {
      const pattern = new RegExp(`^${route.replaceAll(/\{\w+\}/g, String.raw`\{\w+\}`).replace('*', '.+')}$`);
      return documented.some((operation) => pattern.test(operation));
    };
    expect(routes.filter((route) => !isDocumented(route))).toEqual([]);
    const isThere = (operation: string): boolean =>
      routes.some((route) => {
        const pattern = route.replaceAll(/\{\w+\}/g, String.raw`\{\w+\}`).replace('*', '.+');
        return new RegExp(`^${pattern}$`).test(operation);
      });
    expect(documented.filter((operation) => !isThere(operation))).toEqual([]);
    expect(documented.length).toBeGreaterThan(25);
  });

  it('is OpenAPI 3.1 of valid JSON Schemas, and every operation says what it is for and what it answers', () => {
    expect(document.openapi).toBe('3.1.1');
    const ajv = new Ajv2020({ strict: false });
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect([name, ajv.validateSchema(schema)]).toEqual([name, true]);
    }
    const names = operations().map(([, , { operationId }]) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const [method, path, { summary, responses, security }] of operations()) {
      const statuses = Object.keys(responses);
      expect([method, path, summary]).toEqual([method, path, expect.stringMatching(/./)]);
      expect(statuses.filter((status) => status.startsWith('2'))).not.toEqual([]);
      if (security === undefined) expect(statuses).toEqual(expect.arrayContaining(['401', '503']));
    }
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
  });

  it('notices an answer that it does not describe', () => {
    const answer = {
      method: 'GET',
      path: '/api/me',
      status: 200,
      header: (name: string) => (name === 'content-type' ? 'application/json' : null),
      body: { tenantId: 'default', actor: 'x', scopes: [] },
    };
    expect(check.faultsOf(answer)).toEqual([]);
    expect(check.faultsOf({ ...answer, body: { ...answer.body, further: 1 } })).not.toEqual([]);
    expect(check.faultsOf({ ...answer, body: { tenantId: 'default' } })).not.toEqual([]);
    expect(check.faultsOf({ ...answer, status: 418 })).not.toEqual([]);
    expect(check.faultsOf({ ...answer, path: '/api/nothing' })).not.toEqual([]);
    const refused = { ...answer, status: 403, body: { code: 'entity.conflict', message: 'x' } };
    expect(check.faultsOf({ ...refused, path: '/api/hooks' })).not.toEqual([]);
    const created = { ...answer, method: 'POST', path: '/api/hooks', status: 201 };
    expect(check.faultsOf(created).join()).toContain('lacks the header ETag');
  });
});

describe('the page of the API', () => {
  it('is whole without credential, from this origin alone, under a policy of its own', async () => {
    const get = async (path: string) => rawExchange(service.httpUrl, { method: 'GET', path });
    const page = await get('/docs');
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<script src="/docs/page.js">') });
    expect(page.body).not.toMatch(/https?:\/\//);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    const linked = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(linked).toHaveLength(4);
    for (const path of linked) expect([path, (await get(path)).status]).toEqual([path, 200]);
    expect((await get('/docs/page.js')).body).toContain("url: '/openapi.json'");
    expect((await get('/docs/assets/package.json')).status).toBe(404);
    expect((await get('/docs/assets/..%2fpackage.json')).status).toBe(404);
    expect(await get('/openapi.json')).toMatchObject({ status: 200, body: { openapi: '3.1.1' } });
  });
});
