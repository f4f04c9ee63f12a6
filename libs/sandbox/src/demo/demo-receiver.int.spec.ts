import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { freePort } from '../index.ts';
import { startDemoReceiver, type DemoReceiver } from './demo-receiver.ts';

const lines: string[] = [];
let key = 'a'.repeat(32);
let receiver: DemoReceiver;

beforeEach(async () => {
  lines.length = 0;
  receiver = await startDemoReceiver({
    port: await freePort(),
    currentKey: () => Promise.resolve(key),
    onLine: (line) => lines.push(line),
  });
});
afterEach(() => receiver.stop());

async function deliver(body: string, signingKey: string): Promise<number> {
  const at = new Date();
  const signature = new Webhook(Buffer.from(signingKey).toString('base64')).sign('delivery-1', at, body);
  const response = await fetch(receiver.url, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': 'delivery-1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature,
    },
  });
  return response.status;
}

describe('the demo receiver', () => {
  it('takes what is signed with the key of its webhook, and says what it got in one line', async () => {
    expect(await deliver('{"event":"User.Created"}', key)).toBe(204);
    expect(lines).toEqual(['received User.Created, signature verified, 24 bytes, webhook-id delivery-1']);
    expect(receiver.verified).toBe(1);
  });

  it('refuses what is signed with another key', async () => {
    expect(await deliver('{"event":"User.Created"}', 'b'.repeat(32))).toBe(401);
    expect(lines[0]).toContain('SIGNATURE WRONG');
    expect(receiver.verified).toBe(0);
  });

  it('asks for the key again when it was replaced', async () => {
    await deliver('{"event":"User.Created"}', key);
    key = 'c'.repeat(32);
    expect(await deliver('{"event":"User.Deleted"}', key)).toBe(204);
  });
});
