import { describe, expect, it } from '@jest/globals';
import { randomDigits } from '../adapters/random-digits.ts';
import { identifyEvent, startTrace } from './event-identity.ts';

const source = { topic: 'auth-events', partition: 3, offset: 42 };
const DIGITS = randomDigits();
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('identifyEvent', () => {
  it('derives the id from where the record lies when no header names one', () => {
    expect(identifyEvent({}, source)).toEqual({ tenantId: 'default', eventId: 'auth-events/3/42' });
  });

  it('takes event-id before CloudEvents source and id, and tenant-id before tenantid', () => {
    const cloud = { ce_id: 'c', ce_source: '/users', ce_tenantid: 'cloud', ce_type: 'User.Created' };
    expect(identifyEvent(cloud, source)).toEqual({
      tenantId: 'cloud',
      eventId: '/users c',
      eventByHeaders: 'User.Created',
    });
    expect(identifyEvent({ ...cloud, 'event-id': 'own', 'tenant-id': 'acme' }, source)).toMatchObject({
      tenantId: 'acme',
      eventId: 'own',
    });
  });

  it('keeps ids of different CloudEvents sources apart', () => {
    const of = (ce_source: string): unknown => identifyEvent({ ce_id: '1', ce_source }, source);
    expect(of('/a')).not.toEqual(of('/b'));
  });

  it.each([
    [{ 'event-id': 'a\nb' }, 'control character'],
    [{ 'event-id': '' }, 'is empty'],
    [{ 'tenant-id': 'x'.repeat(513) }, '513 characters'],
  ])('refuses %j', (headers, message) => {
    expect(identifyEvent(headers, source)).toEqual({ fault: expect.stringContaining(message) });
  });

  it('continues a valid traceparent and ignores a broken one', () => {
    expect(identifyEvent({ traceparent: TRACE }, source)).toMatchObject({ traceparent: TRACE });
    const noTrace = `00-${'0'.repeat(32)}-b7ad6b7169203331-01`;
    for (const traceparent of ['nonsense', noTrace, `ff${TRACE.slice(2)}`]) {
      expect(identifyEvent({ traceparent }, source)).not.toHaveProperty('traceparent');
    }
  });
});

describe('a trace that begins here', () => {
  it.each([
    [1, 1_000],
    [0, 0],
  ])('is sampled as often as it was set: %d', (share, sampled) => {
    const traces = Array.from({ length: 1_000 }, () => startTrace(DIGITS(), share));
    expect(traces.filter((trace) => trace.endsWith('-01'))).toHaveLength(sampled);
    for (const trace of traces) expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  });

  it('is sampled by its id where a share of them is', () => {
    const of = (digits: string): string => startTrace(digits.padStart(32, '1').padEnd(48, '2'), 0.25);
    expect(of('3fffffff')).toMatch(/-01$/);
    expect(of('40000000')).toMatch(/-00$/);
  });
});
