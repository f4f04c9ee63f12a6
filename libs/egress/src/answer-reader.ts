import { KEPT_ANSWER_BYTES } from './http-transport.port.ts';

/** What is wrong with an answer; the texts are in the failure table. */
export type AnswerFault = 'not-http' | 'headers-too-large' | 'length-unclear' | 'bad-chunk' | 'upgraded' | 'broken-off';

/** Of all heads of an answer together, those of 1xx included, and of the trailers. */
const MAX_HEAD_BYTES = 16 * 1024;
const LF = 10;
const NO_ANSWER = Buffer.alloc(0);

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/;
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,12})[\t ]*(?:;.*)?$/;

type State =
  'status' | 'headers' | 'sized-body' | 'body-to-the-end' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'over';

/**
 * Reads one HTTP/1.1 answer (RFC 9112) from bytes that come in any pieces, and keeps of it what an attempt needs. Nothing
 * it keeps grows with what the endpoint sends: a line is bounded, the body counted and cut, other headers forgotten.
 */
export class AnswerReader {
  /** Of the final answer; 0 until its head is whole. */
  statusCode = 0;
  retryAfter: string | undefined;
  webhookDelivery: string | undefined;
  /** Of the body as sent, its framing included. */
  answerBytes = 0;
  fault: AnswerFault | undefined;
  /** There was more after the end: what follows on this connection is not to be trusted. */
  hasMore = false;
  /** Whether the other side will take another request on this connection. */
  staysOpen = true;
  /** For how long it says it will, where it does. */
  staysOpenMs: number | undefined;

  #kept = NO_ANSWER;
  #keptBytes = 0;
  #state: State = 'status';
  #line = '';
  #headBytes = 0;
  #status = 0;
  /** Bytes of the body, or of the chunk, still to come. */
  #missing = 0;
  #contentLength: number | undefined;
  #codings: string | undefined;

  /** The first {@link KEPT_ANSWER_BYTES} of the body. */
  get answer(): Buffer {
    return this.#kept.subarray(0, this.#keptBytes);
  }

  get isComplete(): boolean {
    return this.#state === 'over' && this.fault === undefined;
  }

  /** Takes the first `length` bytes; they may be overwritten afterwards. */
  read(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length && this.fault === undefined) {
      switch (this.#state) {
        case 'over':
          this.hasMore = true;
          return;
        case 'sized-body':
        case 'chunk': {
          const end = Math.min(length, at + this.#missing);
          this.#keep(bytes, at, end);
          this.#missing -= end - at;
          at = end;
          if (this.#missing === 0) this.#state = this.#state === 'chunk' ? 'chunk-end' : 'over';
          break;
        }
        case 'body-to-the-end':
          this.#keep(bytes, at, length);
          at = length;
          break;
        case 'status':
        case 'headers':
        case 'chunk-size':
        case 'chunk-end':
        case 'trailers':
          at = this.#readLine(bytes, at, length);
          break;
      }
    }
  }

  /** The other side has closed. */
  end(): void {
    this.staysOpen = false;
    if (this.#state === 'body-to-the-end') this.#state = 'over';
    else if (this.#state !== 'over') this.fault ??= 'broken-off';
  }

  #readLine(bytes: Buffer, from: number, length: number): number {
    const found = bytes.indexOf(LF, from);
    const isWhole = found >= 0 && found < length;
    const end = isWhole ? found : length;
    if (this.#state === 'chunk-size' || this.#state === 'chunk-end') this.answerBytes += end - from + 1;
    else this.#headBytes += end - from + 1;
    if (this.#headBytes > MAX_HEAD_BYTES) {
      this.fault = 'headers-too-large';
      return length;
    }
    const piece = bytes.toString('latin1', from, end);
    if (!isWhole) {
      this.#line += piece;
      if (this.#state === 'status' && this.#line.length >= 5 && !this.#line.startsWith('HTTP/'))
        this.fault = 'not-http';
      // The size of a chunk is short; what makes it long is not kept, only counted.
      if (this.#state === 'chunk-size' || this.#state === 'chunk-end') this.#line = this.#line.slice(0, 64);
      return length;
    }
    const line = this.#line === '' ? piece : this.#line + piece;
    this.#line = '';
    this.#takeLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    return end + 1;
  }

  #takeLine(line: string): void {
    switch (this.#state) {
      case 'status':
        this.#takeStatus(line);
        break;
      case 'headers':
        if (line === '') this.#endHead();
        else this.#takeHeader(line);
        break;
      case 'chunk-size':
        this.#takeChunkSize(line);
        break;
      case 'chunk-end':
        if (line === '') this.#state = 'chunk-size';
        else this.fault = 'bad-chunk';
        break;
      case 'trailers':
        // Nothing of them is wanted.
        if (line === '') this.#state = 'over';
        break;
      case 'sized-body':
      case 'chunk':
      case 'body-to-the-end':
      case 'over':
        break;
    }
  }

  #takeStatus(line: string): void {
    const match = STATUS_LINE.exec(line);
    if (match === null) {
      this.fault = 'not-http';
      return;
    }
    this.#status = Number(match[2]);
    this.staysOpen = match[1] === '1';
    this.#contentLength = undefined;
    this.#codings = undefined;
    this.#state = 'headers';
  }

  #takeHeader(line: string): void {
    const colon = line.indexOf(':');
    // Neither a folded line nor a space before the colon: both are read differently by different programs.
    if (colon <= 0 || line.charCodeAt(0) <= 32 || line.charCodeAt(colon - 1) <= 32) {
      this.fault = 'not-http';
      return;
    }
    // By length first: most headers are none of these.
    switch (colon) {
      case 10:
        this.#takeConnection(line.slice(0, 10).toLowerCase(), line.slice(11));
        break;
      case 11:
        if (isNamed(line, 'retry-after')) this.retryAfter ??= line.slice(12).trim();
        break;
      case 14:
        if (isNamed(line, 'content-length')) this.#takeContentLength(line.slice(15).trim());
        break;
      case 16:
        if (isNamed(line, 'webhook-delivery')) this.webhookDelivery ??= line.slice(17).trim();
        break;
      case 17:
        if (isNamed(line, 'transfer-encoding')) {
          const more = line.slice(18).trim().toLowerCase();
          this.#codings = this.#codings === undefined ? more : `${this.#codings}, ${more}`;
        }
        break;
    }
  }

  #takeConnection(name: string, value: string): void {
    if (name === 'connection') {
      const options = value.toLowerCase();
      if (options.includes('close')) this.staysOpen = false;
      else if (options.includes('keep-alive')) this.staysOpen = true;
    } else if (name === 'keep-alive') {
      const seconds = /timeout=(\d{1,6})/i.exec(value)?.[1];
      if (seconds !== undefined) this.staysOpenMs = Number(seconds) * 1_000;
    }
  }

  #takeContentLength(value: string): void {
    const isNumber = /^\d{1,15}$/.test(value);
    if (!isNumber || (this.#contentLength !== undefined && this.#contentLength !== Number(value))) {
      this.fault = 'length-unclear';
    } else this.#contentLength = Number(value);
  }

  #endHead(): void {
    const status = this.#status;
    if (status === 101) {
      this.fault = 'upgraded';
      return;
    }
    if (status < 200) {
      this.#state = 'status';
      this.retryAfter = undefined;
      this.webhookDelivery = undefined;
      return;
    }
    this.statusCode = status;
    // RFC 9112, section 6.3.
    if (status === 204 || status === 304) this.#state = 'over';
    else if (this.#codings !== undefined) {
      if (this.#contentLength !== undefined) this.fault = 'length-unclear';
      this.#state = /(^|[ ,\t])chunked$/.test(this.#codings) ? 'chunk-size' : 'body-to-the-end';
    } else if (this.#contentLength === undefined) this.#state = 'body-to-the-end';
    else {
      this.#missing = this.#contentLength;
      this.#state = this.#missing === 0 ? 'over' : 'sized-body';
    }
    if (this.#state === 'body-to-the-end') this.staysOpen = false;
  }

  #takeChunkSize(line: string): void {
    const size = CHUNK_SIZE.exec(line)?.[1];
    if (size === undefined) {
      this.fault = 'bad-chunk';
      return;
    }
    this.#missing = Number.parseInt(size, 16);
    this.#state = this.#missing === 0 ? 'trailers' : 'chunk';
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    this.answerBytes += to - from;
    const room = KEPT_ANSWER_BYTES - this.#keptBytes;
    if (room <= 0) return;
    const end = this.#keptBytes + Math.min(to - from, room);
    if (end > this.#kept.length) {
      // Twice as large each time: an answer in chunks of one byte would be copied anew with every one of them.
      const grown = Buffer.allocUnsafeSlow(Math.min(KEPT_ANSWER_BYTES, Math.max(end, 2 * this.#kept.length)));
      this.#kept.copy(grown, 0, 0, this.#keptBytes);
      this.#kept = grown;
    }
    bytes.copy(this.#kept, this.#keptBytes, from, to);
    this.#keptBytes = end;
  }
}

function isNamed(line: string, name: string): boolean {
  return line.slice(0, name.length).toLowerCase() === name;
}
