import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReceiverServer } from './receiver-server.ts';

let receiver: ReceiverServer;
beforeEach(async () => {
  receiver = await ReceiverServer.start();
});
afterEach(() => receiver.close());

const post = (body: string | Buffer): Promise<Response> =>
  fetch(receiver.url, { method: 'POST', body, headers: { 'X-Case': 'Kept' }, signal: AbortSignal.timeout(5_000) });

describe('the receiver', () => {
  it('keeps the bytes and headers of a request as they were sent', async () => {
    const body = Buffer.from([0x7b, 0x20, 0xc3, 0xa9, 0x7d, 0x0a]);
    await post(body);
    const [request] = await receiver.waitForRequests(1);
    expect(request?.body.equals(body)).toBe(true);
    expect(request?.rawHeaders).toContain('X-Case');
    expect(request?.headers['x-case']).toBe('Kept');
    expect(request?.path).toBe('/hook');
  });

  it('answers by its script, and then goes on with the last answer of it', async () => {
    receiver.answer(500, { status: 429, headers: { 'retry-after': '7' }, body: 'later' }, 204);
    const answers = [await post('{}'), await post('{}'), await post('{}'), await post('{}')];
    expect(answers.map((answer) => answer.status)).toEqual([500, 429, 204, 204]);
    expect(answers[1]?.headers.get('retry-after')).toBe('7');
    expect(await answers[1]?.text()).toBe('later');
  });

  it('answers by the request where it is told how', async () => {
    receiver.answerBy((request) => (request.number === 2 ? 503 : 201));
    expect([(await post('{}')).status, (await post('{}')).status]).toEqual([201, 503]);
  });

  it('resets or hangs where it is told to, and still closes', async () => {
    receiver.answer({ fault: 'reset' }, { fault: 'hang' });
    await expect(post('{}')).rejects.toThrow();
    const hanging = post('{}').then(
      () => 'answered',
      () => 'closed',
    );
    await receiver.waitForRequests(2);
    await receiver.close();
    expect(await hanging).toBe('closed');
    receiver = await ReceiverServer.start();
  });

  it('says how many requests came when it waited for more', async () => {
    await post('{}');
    await expect(receiver.waitForRequests(2, 50)).rejects.toThrow('2 requests at the receiver: there are 1');
  });
});
