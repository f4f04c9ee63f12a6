const HEAD_END = '\r\n\r\n';

/**
 * Reads the requests of one kept-alive connection. Bare sockets instead of `node:http`, so that on a small machine the
 * receiver takes little of what is measured. It knows what a sender of webhooks sends: lower-case names, a content-length.
 */
export class RequestReader {
  readonly #onRequest: (head: string, body: Buffer) => void;
  #pending: Buffer | undefined;

  constructor(onRequest: (head: string, body: Buffer) => void) {
    this.#onRequest = onRequest;
  }

  push(chunk: Buffer): void {
    let data = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const headEnd = data.indexOf(HEAD_END);
      if (headEnd < 0) break;
      const head = data.toString('latin1', 0, headEnd + 2);
      const bodyAt = headEnd + HEAD_END.length;
      const end = bodyAt + Number(headerOf(head, 'content-length') ?? 0);
      if (data.length < end) break;
      this.#onRequest(head, data.subarray(bodyAt, end));
      data = data.subarray(end);
    }
    this.#pending = data.length === 0 ? undefined : data;
  }
}

/** The value of a header by its lower-case name. */
export function headerOf(head: string, name: string): string | undefined {
  const at = head.indexOf(`\r\n${name}: `);
  if (at < 0) return undefined;
  const from = at + name.length + 4;
  return head.slice(from, head.indexOf('\r\n', from));
}
