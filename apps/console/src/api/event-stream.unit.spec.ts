import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { EventParser, eventStream } from './event-stream.ts';

const TEXT = ': hello\n\nid: 3:1\nevent: attempt\ndata: {"a":1}\ndata: {"b":2}\n\ndata:x\r\n\r\nid: 9\n\ndata: cut';

describe('Server-Sent Events', () => {
  it('are the same however the text is cut', () => {
    const whole = new EventParser().push(TEXT);
    expect(whole).toEqual([
      { id: '3:1', type: 'attempt', data: '{"a":1}\n{"b":2}' },
      { id: '3:1', type: 'message', data: 'x' },
      // What a reader goes on from moves with a heartbeat too.
      { id: '9', type: 'position', data: '' },
    ]);
    for (let at = 0; at <= TEXT.length; at++) {
      const parser = new EventParser();
      expect([...parser.push(TEXT.slice(0, at)), ...parser.push(TEXT.slice(at))]).toEqual(whole);
    }
  });

  it('end with an error when nothing is heard for too long, so that the stream is taken up again', async () => {
    jest
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async (_, init) => new Response(silentAfter('data: 1\n\n', init)));
    const heard: string[] = [];
    const reading = (async () => {
      for await (const { data } of eventStream('/live', { signal: new AbortController().signal, silenceMs: 50 }))
        heard.push(data);
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'offline' });
    expect(heard).toEqual(['1']);
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** A body that says `text` and no more, until the call is aborted. */
function silentAfter(text: string, init: RequestInit | undefined): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
    },
  });
}
