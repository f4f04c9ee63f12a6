import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { AnswerReader } from './answer-reader.ts';

/** What is read of these bytes, in pieces that end at the cuts, each overwritten afterwards as a shared buffer is. */
function read(text: string, cuts: readonly number[] = [], isClosed = false) {
  const reader = new AnswerReader();
  const bytes = Buffer.from(text, 'latin1');
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((left, right) => left - right);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    const shared = Buffer.concat([bytes.subarray(from, end), Buffer.from('\r\ngarbage: beyond the length\r\n\r\n')]);
    reader.read(shared, end - from);
    shared.fill(0);
    from = end;
  }
  if (isClosed) reader.end();
  const { statusCode, retryAfter, webhookDelivery, fault, hasMore, staysOpen, staysOpenMs, isComplete } = reader;
  const answer = reader.answer.toString('latin1');
  return { statusCode, retryAfter, webhookDelivery, fault, hasMore, staysOpen, staysOpenMs, isComplete, answer };
}

const SIZED = 'HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 5\r\nX-Other: a:b\r\n\r\nhello';
const CHUNKED =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\nWebhook-Delivery: disable\r\n\r\n' +
  '5;name="x"\r\nhello\r\n00A\r\n, worlds!!\r\n0\r\nx-trailer: 1\r\n\r\n';
const INFORMED = `HTTP/1.1 100 Continue\r\nretry-after: 99\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${SIZED}`;
const TO_THE_END = 'HTTP/1.0 200 OK\r\n\r\nall of it';
const LF_ALONE = 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok';

describe('an answer', () => {
  it.each([
    [SIZED, { statusCode: 503, retryAfter: '7', answer: 'hello', isComplete: true, staysOpen: true }],
    [CHUNKED, { statusCode: 200, webhookDelivery: 'disable', answer: 'hello, worlds!!', isComplete: true }],
    [INFORMED, { statusCode: 503, retryAfter: '7', answer: 'hello', isComplete: true }],
    [LF_ALONE, { statusCode: 200, answer: 'ok', isComplete: true }],
    ['HTTP/1.1 204 No Content\r\n\r\n', { statusCode: 204, answer: '', isComplete: true, staysOpen: true }],
    ['HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', { statusCode: 200, isComplete: true }],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok', { answer: 'ok', isComplete: true }],
    [
      'HTTP/1.1 200 OK\r\nkeep-alive: timeout=5, max=9\r\ncontent-length: 0\r\n\r\n',
      { staysOpen: true, staysOpenMs: 5_000 },
    ],
    ['HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n', { staysOpen: false, isComplete: true }],
    ['HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n', { staysOpen: true }],
    ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', { staysOpen: false }],
    [`${SIZED}HTTP/1.1 200 OK\r\n`, { statusCode: 503, answer: 'hello', hasMore: true, isComplete: true }],
  ])('%j is understood', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it('that has no length ends with the connection, and cannot be followed by another', () => {
    expect(read(TO_THE_END)).toMatchObject({ statusCode: 200, isComplete: false, staysOpen: false });
    expect(read(TO_THE_END, [], true)).toMatchObject({ isComplete: true, answer: 'all of it', staysOpen: false });
  });

  it.each([
    ['SSH-2.0-OpenSSH_9.6', 'not-http'],
    ['220 smtp.example.com ESMTP\r\n', 'not-http'],
    ['HTTP/2 200\r\n\r\n', 'not-http'],
    ['HTTP/1.1 99 Low\r\n\r\n', 'not-http'],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'not-http'],
    ['HTTP/1.1 200 OK\r\n: no name\r\n\r\n', 'not-http'],
    ['HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\nhello', 'not-http'],
    ['HTTP/1.1 200 OK\r\nx-folded: a\r\n b\r\n\r\n', 'not-http'],
    ['HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', 'length-unclear'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\n', 'length-unclear'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n', 'length-unclear'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n', 'length-unclear'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n', 'bad-chunk'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n', 'bad-chunk'],
    ['HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n', 'upgraded'],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 'headers-too-large'],
    ['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000), 'headers-too-large'],
  ])('%j is a fault', (text, fault) => {
    expect(read(text)).toMatchObject({ fault, isComplete: false });
  });

  it.each([SIZED, CHUNKED, INFORMED, LF_ALONE])('%j is read the same in any pieces', (text) => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        expect(read(text, cuts)).toEqual(read(text));
      }),
      { numRuns: 300 },
    );
  });

  it.each([SIZED, CHUNKED, INFORMED])('%j is broken off wherever the connection ends before its last byte', (text) => {
    for (let length = 0; length < text.length; length++) {
      expect(read(text.slice(0, length), [], true)).toMatchObject({ isComplete: false, fault: 'broken-off' });
    }
  });

  it('of any bytes is complete, at fault or still to be read, and keeps little', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.constantFrom(
        'HTTP/1.1 200 OK\r\n',
        '\r\n',
        'content-length: 3\r\n',
        'transfer-encoding: chunked\r\n',
        '5\r\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat()), (pieces, cuts) => {
        const text = pieces.join('');
        const once = read(text);
        // Where a fault is found may depend on the pieces; what is complete may not.
        expect(read(text, cuts)).toMatchObject({ isComplete: once.isComplete, statusCode: once.statusCode });
        expect(once.isComplete && once.fault !== undefined).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('with chunks of no end and lines of no end is counted, and 4 KiB are kept', () => {
    const reader = new AnswerReader();
    const feed = (text: string): void => reader.read(Buffer.from(text), text.length);
    feed('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    feed(`3000\r\n${'z'.repeat(0x3000)}\r\n`);
    expect(reader.answer).toHaveLength(4_096);
    const before = reader.answerBytes;
    for (let count = 0; count < 100; count++) feed('1;'.padEnd(1_000, 'e'));
    expect(reader.answerBytes - before).toBeGreaterThan(64 * 1024);
    expect(reader.isComplete).toBe(false);
  });

  it('in chunks of one byte is not copied anew with each of them', () => {
    const reader = new AnswerReader();
    const head = Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    reader.read(head, head.length);
    const chunk = Buffer.from('1\r\nx\r\n');
    const buffers = new Set<ArrayBufferLike>();
    for (let count = 0; count < 11_000; count++) {
      reader.read(chunk, chunk.length);
      buffers.add(reader.answer.buffer);
    }
    expect(reader.answer.toString()).toBe('x'.repeat(4_096));
    // Twice as large each time.
    expect(buffers.size).toBeLessThanOrEqual(13);
  });
});
