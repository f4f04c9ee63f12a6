import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Socket } from 'node:net';
import { Client } from 'pg';
import { startTestBackends, type TestBackends } from './test-backends.ts';

let first: TestBackends;
let second: TestBackends;
beforeAll(async () => {
  [first, second] = await Promise.all([startTestBackends(), startTestBackends()]);
});
afterAll(async () => {
  await second?.stop();
});

const query = async (url: string, text: string): Promise<readonly unknown[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

describe('the test backends', () => {
  it('give each caller a database and topic names of its own on the same servers', async () => {
    await query(first.databaseUrl, 'CREATE TABLE mine (id int)');
    expect(await query(second.databaseUrl, "SELECT to_regclass('mine') AS found")).toEqual([{ found: null }]);
    expect(first.kafkaBrokers).toBe(second.kafkaBrokers);
    expect(first.topics.deliveries).not.toBe(second.topics.deliveries);
    expect(first.topics.authEvents[0]?.startsWith(first.topicPrefix)).toBe(true);
  });

  it('have a Kafka that answers', async () => {
    const [host = '', port] = first.kafkaBrokers.split(':');
    const socket = new Socket();
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(Number(port), host, resolve);
    });
    socket.destroy();
  });

  it('drop the database when stopped, connections included', async () => {
    const client = new Client({ connectionString: first.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    await first.stop();
    await expect(query(first.databaseUrl, 'SELECT 1')).rejects.toThrow('does not exist');
    await client.end();
  });
});
