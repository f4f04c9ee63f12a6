import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EVENT_GROUPS, EVENT_TYPES, eventTypeOf, isKnownEvent } from './event-catalogue.ts';
import { samplePayload } from './event-samples.ts';
import { readPublishedEvent } from './published-event.ts';

const options = { maxBytes: 262_144, isKnownEvent };
const sampleFile = new URL('../../../samples/events.ndjson', import.meta.url);

const count = (family: string) => EVENT_TYPES.filter((type) => type.family === family).length;

describe('the event catalogue', () => {
  it('has the 31 events of the contract, each once', () => {
    expect(EVENT_TYPES).toHaveLength(31);
    expect(new Set(EVENT_TYPES.map(({ name }) => name)).size).toBe(31);
    expect([count('interaction'), count('data'), count('exception')]).toEqual([4, 24, 3]);
  });

  it('knows its own names only', () => {
    expect(isKnownEvent('User.Created')).toBe(true);
    expect(isKnownEvent('user.created')).toBe(false);
    expect(isKnownEvent('constructor')).toBe(false);
    expect(eventTypeOf('Identifier.Lockout')?.group).toBe('Security');
  });

  it('puts something under every heading', () => {
    for (const group of EVENT_GROUPS) expect(EVENT_TYPES.some((type) => type.group === group)).toBe(true);
  });

  it.each(EVENT_TYPES.map((type) => [type.name, type] as const))(
    'shows %s by an example a publisher may send',
    (name, type) => {
      expect(readPublishedEvent(Buffer.from(JSON.stringify(type.example)), options)).toMatchObject({
        ok: true,
        event: name,
      });
      const fields =
        type.family === 'interaction' ? ['interactionEvent', 'user', 'userIp'] : ['createdAt', 'userAgent'];
      for (const field of fields) expect(type.example).toHaveProperty(field);
    },
  );

  it.each(EVENT_TYPES.map(({ name, family }) => [name, family] as const))(
    'makes a fake %s for a test call',
    (name, family) => {
      const sample = samplePayload(name, family, { nowMs: 0 });
      expect(sample).toMatchObject({
        event: name,
        createdAt: '1970-01-01T00:00:00.000Z',
        userAgent: 'fake-user-agent',
      });
      expect(sample).toHaveProperty(family === 'interaction' ? 'user.id' : 'params.id', 'fake-id');
    },
  );
});

describe('samples/events.ndjson', () => {
  const lines = readFileSync(sampleFile).toString().trimEnd().split('\n');

  it('holds one valid event of each type, in the order of the catalogue', () => {
    const events = lines.map((line) => readPublishedEvent(Buffer.from(line), options));
    expect(events.map((event) => (event.ok ? event.event : event.message))).toEqual(
      EVENT_TYPES.map(({ name }) => name),
    );
  });

  it('says the same as the catalogue', () => {
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(EVENT_TYPES.map(({ example }) => example));
  });
});
