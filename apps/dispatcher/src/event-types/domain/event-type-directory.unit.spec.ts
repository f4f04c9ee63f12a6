import { describe, expect, it } from '@jest/globals';
import type { EventTypeRecord } from '@signalbox/contracts';
import { EventTypeDirectory } from './event-type-directory.ts';

const state = (version: number, more: Partial<EventTypeRecord> = {}): EventTypeRecord =>
  ({
    deleted: false,
    tenantId: 't1',
    name: 'Invoice.Paid',
    epoch: 1,
    version,
    deprecated: false,
    ...more,
  }) as EventTypeRecord;
const deletion = (version: number, epoch = 1): EventTypeRecord => ({
  deleted: true,
  tenantId: 't1',
  name: 'Invoice.Paid',
  epoch,
  version,
  deletedAtMs: 1,
});

describe('EventTypeDirectory', () => {
  it('knows the built-in types of every tenant, and own ones of their tenant alone', () => {
    const directory = new EventTypeDirectory();
    expect(directory.isKnown('t1', 'User.Created')).toBe(true);
    expect(directory.isKnown('t1', 'Invoice.Paid')).toBe(false);
    directory.apply(state(1));
    expect(directory.isKnown('t1', 'Invoice.Paid')).toBe(true);
    expect(directory.isKnown('t2', 'Invoice.Paid')).toBe(false);
    expect(directory.isKnown('t1', 'constructor')).toBe(false);
  });

  it('takes a deprecated type for as good as any', () => {
    const directory = new EventTypeDirectory();
    directory.apply(state(2, { deprecated: true }));
    expect(directory.isKnown('t1', 'Invoice.Paid')).toBe(true);
  });

  it('keeps the highest epoch and version, compared as a pair, whatever order they come in', () => {
    const directory = new EventTypeDirectory();
    directory.apply(deletion(5));
    expect(directory.apply(state(4))).toBe(false);
    expect(directory.isKnown('t1', 'Invoice.Paid')).toBe(false);
    expect(directory.apply(state(6))).toBe(true);
    expect(directory.apply(deletion(1, 2))).toBe(true);
    expect(directory.isKnown('t1', 'Invoice.Paid')).toBe(false);
  });
});
