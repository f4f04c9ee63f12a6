import type { PostRequest } from './http-transport.port.ts';

/** Names are tokens, values visible ASCII, blanks and bytes above (RFC 9110, section 5): nothing can end a line early. */
const FIELDS = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [\t\x20-\x7e\x80-\xff]*\r\n)*$/;

/**
 * A request as it goes over the wire, head and body in one piece: two would be two system calls, or a gathering one that
 * costs as much.
 *
 * @returns undefined where a header cannot be written as HTTP.
 */
export function encodeRequest({ endpoint, headers, body }: PostRequest): Buffer | undefined {
  let fields = '';
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (name.includes(':')) return undefined;
    fields += `${name}: ${headers[index + 1]}\r\n`;
  }
  // All at once, as that costs less than each by itself. But a value that holds the end of a line and a field after it makes
  // two good fields of one: there are to be as many lines as headers.
  if (!FIELDS.test(fields) || linesOf(fields) * 2 !== headers.length) return undefined;
  const { origin, protocol, path } = endpoint;
  const head =
    `POST ${path} HTTP/1.1\r\nhost: ${origin.slice(protocol.length + 2)}\r\nconnection: keep-alive\r\n${fields}` +
    `content-length: ${body.length}\r\n\r\n`;
  const encoded = Buffer.allocUnsafe(head.length + body.length);
  encoded.write(head, 'latin1');
  encoded.set(body, head.length);
  return encoded;
}

function linesOf(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
