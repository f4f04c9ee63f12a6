import { describe, expect, it } from '@jest/globals';
import type { Letter, LetterRecord } from './letter.ts';
import { redrivenRecord, whyNotRedrivable } from './redrive.ts';

const targets = { authEvents: ['auth'], deliveries: 'deliveries', attempts: 'attempts', retries: ['retries.5s'] };

const letter = (change: Partial<Letter & LetterRecord> = {}): Letter & LetterRecord => ({
  partition: 0,
  offset: 1,
  atMs: 5,
  reason: 'unknown-event',
  message: 'x',
  stage: 'router',
  source: { topic: 'auth', partition: 3, offset: 42 },
  tenantId: 'default',
  sizeBytes: 2,
  isCut: false,
  key: null,
  value: Buffer.from('{}'),
  headers: [],
  ...change,
});

const header = (name: string, value: string) => [name, Buffer.from(value)] as const;
const eventIdOf = (change: Partial<LetterRecord>) =>
  redrivenRecord(letter(change), targets)?.headers['event-id']?.map(String);

describe('a redriven record', () => {
  it('is told the event id that it had by lying where it lay', () => {
    expect(eventIdOf({})).toEqual(['auth/3/42']);
  });

  it.each([
    ['event-id', 'own', ['own']],
    ['ce_id', 'c1', undefined],
    ['content-type', 'application/cloudevents+json; charset=utf-8', undefined],
    ['content-type', 'application/json', ['auth/3/42']],
  ])('with %s: %s has the event id %j', (name, value, expected) => {
    expect(eventIdOf({ headers: [header(name, value)] })).toEqual(expected);
  });

  it('of another topic is left as it was, every value of a header in its place', () => {
    const source = { topic: 'retries.5s', partition: 1, offset: 7 };
    const record = redrivenRecord(
      letter({ source, headers: [header('a', '1'), header('b', '2'), header('a', '3')] }),
      targets,
    );
    expect(record).toMatchObject({ topic: 'retries.5s', partition: 1 });
    expect(record?.headers).toEqual({ a: [Buffer.from('1'), Buffer.from('3')], b: [Buffer.from('2')] });
  });
});

describe('whether a dead letter can go back', () => {
  it.each<[string, Partial<Letter>, 'open' | 'dropped', boolean]>([
    ['an event', {}, 'open', true],
    [
      'a fact that was not projected',
      { stage: 'projector', source: { topic: 'attempts', partition: 0, offset: 1 } },
      'open',
      true,
    ],
    [
      'a delivery that was not projected',
      { stage: 'projector', source: { topic: 'deliveries', partition: 0, offset: 1 } },
      'open',
      false,
    ],
    [
      'a delivery that was not sent',
      { stage: 'sender', source: { topic: 'deliveries', partition: 0, offset: 1 } },
      'open',
      true,
    ],
    ['one of unknown source', { source: null }, 'open', false],
    ['one of a foreign topic', { source: { topic: 'webhooks', partition: 0, offset: 1 } }, 'open', false],
    ['a cut one', { isCut: true }, 'open', false],
    ['a decided one', {}, 'dropped', false],
  ])('%s', (_, change, status, expected) => {
    expect(whyNotRedrivable({ ...letter(change), status }, targets) === null).toBe(expected);
  });
});
