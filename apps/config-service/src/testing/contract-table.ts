import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCOPES } from '../access/access.ts';
import { RunningConfigService } from './running-config-service.ts';
import type { Answer, MadeWebhook } from './running-config-service.ts';

export type AnyAnswer = Answer<Record<string, unknown>>;

/** What a row works in: a tenant of its own. */
export interface World {
  readonly service: RunningConfigService;
  readonly tenantId: string;
  readonly key: string;
  /** Another tenant. */
  other(): Promise<World>;
  make(input?: Record<string, unknown>): Promise<MadeWebhook>;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<AnyAnswer>;
  /** What the row has made, oldest first. */
  readonly made: MadeWebhook[];
}

export interface Expected {
  readonly status: number;
  readonly body?: unknown;
}

type Ask = (world: World) => Promise<AnyAnswer>;
type Also = (answer: AnyAnswer, world: World) => void | Promise<void>;

/** One answer of one route. The answer must match the expected one (`toMatchObject`). */
export type Row = readonly [answer: string, ask: Ask, expected: Expected | ((world: World) => Expected), also?: Also];

export const HOOK_URL = 'http://127.0.0.1:8099/hook';

/** A function that makes tests of a route's rows, on one service that starts before and stops after all of them. */
export function contractTables(): (route: string, rows: readonly Row[]) => void {
  let service: RunningConfigService;
  beforeAll(async () => {
    service = await RunningConfigService.start();
  });
  afterAll(async () => service?.stop());
  return (route, rows) => {
    describe(route, () => {
      for (const [title, ask, expected, also] of rows) {
        it(title, async () => {
          const world = await newWorld(service);
          const answer = await ask(world);
          expect(answer).toMatchObject(typeof expected === 'function' ? expected(world) : expected);
          await also?.(answer, world);
        });
      }
    });
  };
}

let tenants = 0;

async function newWorld(service: RunningConfigService): Promise<World> {
  const tenantId = `tenant-${++tenants}`;
  const key = await service.makeKey(tenantId, SCOPES);
  const made: MadeWebhook[] = [];
  return {
    service,
    tenantId,
    key,
    made,
    other: async () => newWorld(service),
    make: async (input = {}) => {
      const webhook = await service.makeWebhook({ config: { url: HOOK_URL }, ...input }, key);
      made.push(webhook);
      return webhook;
    },
    call: async (method, path, body, headers = {}) => service.call(method, path, { body, headers, key }),
  };
}

/** An error in its one shape: a code, and a message for people. */
export function refusal(status: number, code: string, message: RegExp = /./): Expected {
  return { status, body: { code, message: expect.stringMatching(message) } };
}

/** Bad input: which field, why, and what would be right. */
export function invalid(message: RegExp): Expected {
  return refusal(400, 'guard.invalid_input', message);
}

const NO_ID = 'a'.repeat(21);

/** The ids that lead to a 404 of the route's own code; `:id` in the path is the webhook's. */
export function missing(method: string, path: string, code: string, body?: unknown): readonly Row[] {
  const ask = async (world: World, id: string): Promise<AnyAnswer> => world.call(method, path.replace(':id', id), body);
  const row = (title: string, call: Ask): Row => [`404 ${code} for ${title}`, call, refusal(404, code, /no webhook/)];
  return [
    row('an unknown id', async (world) => ask(world, NO_ID)),
    row('an id that cannot exist', async (world) => ask(world, 'NOT-AN-ID')),
    row('a deleted webhook', async (world) => {
      const { id } = await world.make();
      await world.call('DELETE', `/api/hooks/${id}`);
      return ask(world, id);
    }),
    row("another tenant's webhook", async (world) => ask(world, (await (await world.other()).make()).id)),
  ];
}
