/** What is wrong with one custom header, for the person who set it. */
export interface HeaderFault {
  /** The header's name as given; empty for a fault of all of them together. */
  readonly name: string;
  readonly why: string;
  readonly right: string;
}

export const MAX_HEADERS = 50;
/** Names and values together. */
export const MAX_HEADER_BYTES = 8 * 1024;

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5, without the obsolete bytes above ASCII; spaces only inside. */
const VISIBLE_ASCII = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;

const MADE_HERE = 'is set on every request by the sender';
const HOP_BY_HOP = 'belongs to the connection, not to the request';

const RESERVED: ReadonlyMap<string, string> = new Map([
  ['content-type', MADE_HERE],
  ['logto-signature-sha-256', MADE_HERE],
  ['traceparent', MADE_HERE],
  ['host', 'follows from the URL'],
  ['content-length', 'follows from the body'],
  ...[
    'connection',
    'expect',
    'http2-settings',
    'keep-alive',
    'proxy-authenticate',
    'proxy-authorization',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ].map((name): [string, string] => [name, HOP_BY_HOP]),
]);

/** Every fault of a webhook's custom headers; none means that they can be sent as they are. */
export function checkHeaders(headers: Readonly<Record<string, unknown>>): readonly HeaderFault[] {
  const faults: HeaderFault[] = [];
  const seen = new Map<string, string>();
  const entries = Object.entries(headers);
  let bytes = 0;
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    const twin = seen.get(lower);
    seen.set(lower, name);
    bytes += Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
    const fault = faultOfName(name, lower, twin) ?? faultOfValue(value);
    if (fault !== undefined) faults.push({ name, ...fault });
  }
  if (entries.length > MAX_HEADERS) {
    faults.push({ name: '', why: `there are ${entries.length} headers`, right: `at most ${MAX_HEADERS}` });
  }
  if (bytes > MAX_HEADER_BYTES) {
    const right = `at most ${MAX_HEADER_BYTES} bytes`;
    faults.push({ name: '', why: `names and values have ${bytes} bytes together`, right });
  }
  return faults;
}

type Fault = Omit<HeaderFault, 'name'>;

function faultOfName(name: string, lower: string, twin: string | undefined): Fault | undefined {
  if (!TOKEN.test(name)) {
    return { why: 'the name is no HTTP token', right: "letters, digits and !#$%&'*+-.^_`|~, without spaces" };
  }
  const reserved = lower.startsWith('webhook-') ? MADE_HERE : RESERVED.get(lower);
  if (reserved !== undefined) return { why: `the name ${reserved}`, right: 'a name of your own, such as "x-api-key"' };
  if (twin !== undefined)
    return { why: `the name is the same as "${twin}"`, right: 'each name once, whatever its case' };
  return undefined;
}

function faultOfValue(value: unknown): Fault | undefined {
  if (typeof value !== 'string') return { why: 'the value is not a string', right: 'a string' };
  if (VISIBLE_ASCII.test(value)) return undefined;
  return { why: 'the value has other characters than visible ASCII', right: 'visible ASCII, spaces only inside' };
}
