import { afterEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { RequestBulkResend } from './request-bulk-resend.ts';
import { ProjectionGate } from './projection-gate.ts';
import { ResendRelay } from './resend-relay.ts';
import type { BulkStep, DeliveryToResend, HeldResends, ResentRound, RunningBulk } from './resend-relay.port.ts';
import type { ResendableDelivery } from './resend-requests.port.ts';

const owner = { tenantId: 'default', webhookId: 'hook' };
const delivery: DeliveryToResend = {
  ...owner,
  eventType: 'User.Created',
  eventId: 'event-1',
  firstScheduledAtMs: 1,
  body: Buffer.from('{}'),
  webhookEpoch: 1,
  webhookVersion: 1,
  seenRound: 0,
};
const bulk: RunningBulk = { id: 'bulk', owner, state: 'failed', ratePerSecond: 100, actor: 'someone', createdAtMs: 1 };
const candidate: ResendableDelivery = {
  deliveryId: 'delivery-1',
  firstScheduledAtMs: 1,
  hasBody: true,
  seen: { round: 0, state: 'failed', atMs: 2, nextAtMs: null },
  requested: null,
  requestedAtMs: null,
};

/** Tables that a rebuild empties as soon as the relay has found its gate open, and that are full again on request. */
class EmptiedTables {
  isEmpty = false;
  looks = 0;
  readonly published: ResentRound[] = [];
  readonly marked: string[] = [];
  readonly steps: BulkStep[] = [];
  readonly progress = {
    ends: () => Promise.resolve(new Map([['deliveries/0', 10]])),
    projected: () => Promise.resolve(new Map([['deliveries/0', this.isEmpty ? 0 : 10]])),
  };

  empty(): void {
    if (this.looks++ === 0) this.isEmpty = true;
  }

  held(bulks: readonly RunningBulk[]): HeldResends {
    return {
      unrelayed: () => {
        if (bulks.length > 0 || this.marked.length > 0) return Promise.resolve([]);
        this.empty();
        return Promise.resolve([{ deliveryId: 'delivery-1', round: 1, delivery: this.isEmpty ? null : delivery }]);
      },
      markRelayed: (rounds) => Promise.resolve(void this.marked.push(...rounds.map(({ deliveryId }) => deliveryId))),
      runningBulks: () => Promise.resolve(this.steps.length > 0 ? [] : bulks),
      candidates: () => {
        this.empty();
        return Promise.resolve(this.isEmpty ? [] : [candidate]);
      },
      step: (_bulk, step) => Promise.resolve(this.steps.push(step)),
      prune: () => Promise.resolve(),
      release: () => Promise.resolve(),
    };
  }
}

let relay: ResendRelay | undefined;
afterEach(async () => relay?.stop());

function started(tables: EmptiedTables, bulks: readonly RunningBulk[] = []): void {
  relay = new ResendRelay({
    holding: { tryHold: () => Promise.resolve(tables.held(bulks)) },
    progress: tables.progress,
    deliveries: { publish: (rounds) => Promise.resolve(void tables.published.push(...rounds)) },
    onRelayed: () => {},
    onTrouble: (error) => {
      throw error;
    },
    keepMs: 1_000,
    pollMs: 1,
  });
  relay.start();
}

describe('the relay, when a rebuild empties the tables in the middle of its turn', () => {
  it('keeps a round whose delivery is not there, and puts it on the log when it is there again', async () => {
    const tables = new EmptiedTables();
    started(tables);
    await waitFor(() => tables.isEmpty, { what: 'the tables to be emptied' });
    tables.isEmpty = false;
    await waitFor(() => tables.marked.length > 0, { what: 'the round to be relayed' });
    expect(tables.published).toEqual([{ deliveryId: 'delivery-1', round: 1, delivery }]);
  });

  it('does not end a resend of many before it has seen all of them', async () => {
    const tables = new EmptiedTables();
    started(tables, [bulk]);
    await waitFor(() => tables.isEmpty, { what: 'the tables to be emptied' });
    tables.isEmpty = false;
    await waitFor(() => tables.steps.length > 0, { what: 'a step' });
    expect(tables.steps).toMatchObject([{ requests: [{ deliveryId: 'delivery-1', round: 1 }], passedOver: 0 }]);
  });
});

it('a resend of many is not begun, nor counted, while the tables are being built anew', async () => {
  const tables = new EmptiedTables();
  const created: number[] = [];
  const bulks = {
    count: () => {
      tables.empty();
      return Promise.resolve(tables.isEmpty ? 0 : 7);
    },
    create: (_owner: unknown, _bulk: unknown, matching: number) => Promise.resolve(created.push(matching) as never),
  };
  const requests = new RequestBulkResend(bulks, new ProjectionGate(tables.progress));
  const filter = { state: 'failed', fromMs: 0, toMs: 9, eventType: null } as const;
  const request = { filter, ratePerSecond: 1, isDryRun: false };
  expect(await requests.create(owner, { request, actor: 'someone', atMs: 1 })).toBe('catching up');
  expect(await requests.count(owner, filter, 1)).toBe('catching up');
  tables.isEmpty = false;
  expect(await requests.count(owner, filter, 1)).toBe(7);
  await requests.create(owner, { request, actor: 'someone', atMs: 1 });
  expect(created).toEqual([7]);
});
