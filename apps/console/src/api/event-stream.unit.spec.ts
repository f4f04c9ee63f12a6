import { describe, expect, it } from '@jest/globals';
import { EventParser } from './event-stream.ts';

const TEXT = ': hello\n\nid: 3:1\nevent: attempt\ndata: {"a":1}\ndata: {"b":2}\n\ndata:x\r\n\r\nid: 9\n\ndata: cut';

describe('Server-Sent Events', () => {
  it('are the same however the text is cut', () => {
    const whole = new EventParser().push(TEXT);
    expect(whole).toEqual([
      { id: '3:1', type: 'attempt', data: '{"a":1}\n{"b":2}' },
      { id: '3:1', type: 'message', data: 'x' },
    ]);
    for (let at = 0; at <= TEXT.length; at++) {
      const parser = new EventParser();
      expect([...parser.push(TEXT.slice(0, at)), ...parser.push(TEXT.slice(at))]).toEqual(whole);
    }
  });
});
