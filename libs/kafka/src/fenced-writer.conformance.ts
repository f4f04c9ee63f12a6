import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { FencedWriter } from './fenced-writer.port.ts';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import { openFencedWriter, type FencedWriterOptions } from './kafkajs-fenced-writer.ts';
import { eventually, numbered } from './recording-handler.conformance.ts';
import { PRODUCE, Wire, type WireRequest } from './wire.conformance.ts';

const END_TXN = 26;

/** What a {@link FencedWriter} does on real brokers. */
export function fencedWriters(cluster: () => KafkaCluster): void {
  describe('the kafkajs fenced writer', () => {
    const opened: FencedWriter[] = [];
    afterEach(() => {
      for (const writer of opened.splice(0)) writer.abandon();
    });

    const open = async (name: string, wire?: Wire, more: Partial<FencedWriterOptions> = {}): Promise<FencedWriter> => {
      const { connection } = cluster();
      const over = wire === undefined ? connection : { ...connection, socketFactory: wire.socketFactory };
      const writer = await openFencedWriter({ connection: over, name, ...more });
      opened.push(writer);
      return writer;
    };
    const readValues = async (topic: string): Promise<string[]> => {
      const reader = cluster().tailReader(topic);
      await reader.start();
      const values: string[] = [];
      await reader.read([{ topic, partition: 0, offset: 0 }], ({ value }) => values.push(String(value)));
      await reader.stop();
      return values;
    };
    /**
     * As readers see it, without what was aborted, once so many are there: a broker answers the end of a transaction before
     * its records can be read.
     */
    const valuesOf = async (topic: string, count: number): Promise<string[]> => {
      let values: string[] = [];
      await eventually(`${count} values`, async () => (values = await readValues(topic)).length >= count);
      return values;
    };
    const records = (topic: string, ...values: readonly string[]) =>
      values.map((value) => ({ topic, key: value.slice(0, 10), value, headers: { kind: 'test', none: undefined } }));

    it('appends to several topics in the order given, tombstones and headers too', async () => {
      const [one, two] = [await cluster().createTopic(1), await cluster().createTopic(1)];
      const writer = await open(randomUUID());
      for (let round = 0; round < 10; round++) {
        await writer.write([...records(one, `a${round}`), ...records(two, `b${round}`), ...records(one, `c${round}`)]);
      }
      await writer.write([{ topic: two, key: 'gone', value: null }]);
      expect(await valuesOf(one, 20)).toEqual(numbered(10).flatMap((_, round) => [`a${round}`, `c${round}`]));
      expect(await valuesOf(two, 11)).toHaveLength(11);
      const inTwo = await cluster().records({ topic: two, partition: 0 });
      expect(String(inTwo[0]?.headers['kind'])).toBe('test');
      expect(inTwo.at(-1)).toMatchObject({ key: Buffer.from('gone'), value: null });
    });

    it('appends at once what no single batch can take', async () => {
      const topic = await cluster().createTopic(1);
      const writer = await open(randomUUID());
      const large = numbered(30).map((value) => value.padEnd(100_000, '.'));
      await writer.write(records(topic, ...large));
      expect(await valuesOf(topic, 30)).toEqual(large);
    });

    it.each([
      ['its records', PRODUCE],
      ['its commit', END_TXN],
    ])('appends nothing more once another was opened, not even where %s had left already', async (_, apiKey) => {
      const topic = await cluster().createTopic(1);
      const name = randomUUID();
      const wire = new Wire();
      let late: WireRequest | undefined;
      const old = await open(name, wire, { withinMs: 3_000 });
      await old.write(records(topic, 'before'));
      wire.onRequest = async (request) => {
        if (request.apiKey !== apiKey) return;
        late = request;
        await new Promise(() => {});
      };
      const hanging = old.write(records(topic, 'old')).catch(String);
      await eventually('the old record on its way', () => late !== undefined);

      const next = await open(name);
      await next.write(records(topic, 'new 1', 'new 2'));
      expect(await hanging).toContain('within 3000 ms');
      // The very bytes, as a broker would have found them in its socket.
      const answer = await replay(late);
      expect(answer.length).toBeGreaterThan(4);
      await next.write(records(topic, 'new 3'));
      expect(await valuesOf(topic, 4)).toEqual(['before', 'new 1', 'new 2', 'new 3']);
      await expect(old.write(records(topic, 'older still'))).rejects.toThrow();
    });

    it('rejects as soon as it is abandoned, and when no broker answers', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      const writer = await open(randomUUID(), wire);
      wire.onRequest = async () => new Promise(() => {});
      const hanging = writer.write(records(topic, 'x'));
      writer.abandon();
      await expect(hanging).rejects.toThrow('abandoned');

      const connection = { brokers: ['127.0.0.1:1'], clientId: 'suite' };
      await expect(openFencedWriter({ connection, name: 'x', withinMs: 20_000 })).rejects.toThrow();
      const signal = AbortSignal.timeout(100);
      const silent = new Wire();
      silent.onRequest = async () => new Promise(() => {});
      await expect(open(randomUUID(), silent, { signal })).rejects.toThrow('abandoned');
    });
  });
}

async function replay(request: WireRequest | undefined): Promise<Buffer> {
  if (request === undefined) throw new Error('nothing was held back');
  const socket = connect({ host: '127.0.0.1', port: request.port });
  socket.write(request.bytes);
  return new Promise<Buffer>((resolve, reject) => {
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer);
    });
    socket.once('error', reject);
  });
}
