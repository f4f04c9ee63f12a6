import { createConnection } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

export interface RawRequest {
  readonly method: string;
  /** Goes out exactly as it is written. */
  readonly path: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** With its `content-length`, unless the headers have one or a `transfer-encoding`. */
  readonly body?: string | Uint8Array;
}

/** One request as bytes on a socket of its own: what no HTTP client would send can be sent. */
export async function rawExchange(url: string, request: RawRequest): Promise<RawAnswer> {
  const { method, path, headers = [], body } = request;
  const bytes = Buffer.from(body ?? '');
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const isFramed = body === undefined || names.has('content-length') || names.has('transfer-encoding');
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(names.has('host') ? [] : ['host: signalbox.test']),
    'connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(isFramed ? [] : [`content-length: ${bytes.length}`]),
  ];
  return exchange(url, Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]));
}

/** The answer to these bytes. Rejects when the connection ends without one, or after 20 s. */
export async function exchange(url: string, bytes: Uint8Array): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = createConnection(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer within 20 s')));
    socket.on('data', (chunk) => void chunks.push(chunk));
    // Who answers before it has read everything may reset the connection: the answer is what counts.
    socket.once('error', (error) => (chunks.length > 0 ? resolve() : reject(error)));
    socket.once('close', () => resolve());
  });
  return parsed(Buffer.concat(chunks).toString());
}

function parsed(text: string): RawAnswer {
  const split = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, split).split('\r\n');
  const headers = new Map(lines.map((line) => splitHeader(line)));
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  if (!Number.isInteger(status)) throw new Error(`no HTTP answer: ${JSON.stringify(text.slice(0, 200))}`);
  const rest = text.slice(split + 4);
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest;
  return {
    status,
    headers,
    body: headers.get('content-type')?.includes('json') && body !== '' ? JSON.parse(body) : body,
  };
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function unchunked(text: string): string {
  const size = Number.parseInt(text, 16);
  if (!(size > 0)) return '';
  const start = text.indexOf('\r\n') + 2;
  return text.slice(start, start + size) + unchunked(text.slice(start + size + 2));
}
