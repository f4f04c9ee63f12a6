import { describe, expect, it } from '@jest/globals';
import { decodeDeadLetter } from '@signalbox/contracts';
import type { LogRecord } from '@signalbox/kafka';
import { MemoryLog } from '@signalbox/kafka';
import { KafkaDeadLetters } from './dead-letters.kafka.ts';

describe('what is put aside of a log', () => {
  it('says so where it is only a part, so that nothing but the whole goes back', async () => {
    const log = new MemoryLog();
    log.createTopic('dead-letters', 1);
    const producer = log.producer();
    await producer.start();
    const record: LogRecord = {
      topic: 'attempts',
      partition: 3,
      offset: 7,
      timestampMs: 1,
      key: Buffer.from('w1'),
      value: Buffer.from('{}'),
      headers: { kind: 'attempted' },
    };
    const full = { ...record, value: Buffer.alloc(1_048_300) };
    await new KafkaDeadLetters(producer, 'dead-letters').putAside([
      { record, message: 'is odd' },
      { record: full, message: 'is odd' },
    ]);
    const letters = log.records({ topic: 'dead-letters', partition: 0 });
    expect(letters.map(({ headers }) => decodeDeadLetter(headers)?.isCut)).toEqual([undefined, true]);
    expect(letters[0]).toMatchObject({ key: record.key, value: record.value, headers: { kind: expect.anything() } });
  });
});
