import type { AddressRule, AllowList, ParsedSetting } from './address-rules.ts';
import { refusalOf } from './address-rules.ts';

export const MAX_URL_LENGTH = 2048;

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface UrlRuleOptions {
  readonly allowList: AllowList;
  /** Ports that may be posted to; both ends included. */
  readonly ports: readonly PortRange[];
}

/** A URL that may be posted to, taken apart once so that it can be kept beside its webhook. */
export interface EndpointUrl {
  readonly ok: true;
  readonly protocol: 'https:' | 'http:';
  /** Canonical: lower case, punycode, four decimal parts; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly isIpLiteral: boolean;
  /** As URL gives it: scheme, host and port. Endpoints of one origin share connections. */
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
}

export type UrlRule =
  'too-long' | 'not-a-url' | 'control-character' | 'scheme' | 'user-info' | 'port' | `address:${AddressRule}`;

export interface UrlRefusal {
  readonly ok: false;
  readonly rule: UrlRule;
  /** For people: what is wrong, and what would be right. */
  readonly message: string;
}

const LOOPBACK = ['127.0.0.1', '::1'] as const;

/** RFC 6761, section 6.3: these names mean this machine, whatever a DNS server says. */
export function isLocalhost(hostname: string): boolean {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return name === 'localhost' || name.endsWith('.localhost');
}

/** The loopback addresses that `localhost` stands for: those that the operator opened, else all of them. */
export function localhostAddresses(allowList: AllowList, options: { readonly http: boolean }): readonly string[] {
  const opened = LOOPBACK.filter((address) => refusalOf(address, allowList, options) === undefined);
  return opened.length > 0 ? opened : LOOPBACK;
}

/**
 * Whether a webhook may have this URL, as far as the URL itself says. A name's addresses are judged when it is looked up
 * and again whenever it is connected to. WHATWG parsing turns every notation of an address (decimal, octal, hex,
 * short, full-width) into the one that is judged.
 */
export function checkEndpointUrl(url: string, options: UrlRuleOptions): EndpointUrl | UrlRefusal {
  if (url.length > MAX_URL_LENGTH) {
    return refused('too-long', `url has ${url.length} characters; at most ${MAX_URL_LENGTH} are allowed`);
  }
  // URL would drop them silently, and then not what was shown is what is called.
  if (Array.from(url).some((character) => character < ' ' || character === '\x7f')) {
    return refused('control-character', 'url holds a control character; write it as one line without tabs');
  }
  const parsed = URL.parse(url);
  if (parsed === null) {
    return refused('not-a-url', 'url is no absolute URL; write one such as https://example.com/webhooks');
  }
  const { protocol } = parsed;
  if (protocol !== 'https:' && protocol !== 'http:') {
    return refused('scheme', `url has the scheme "${protocol.slice(0, -1)}"; it must be https`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return refused('user-info', 'url holds a user name or password; send credentials in a header instead');
  }
  const hostname = parsed.hostname.startsWith('[') ? parsed.hostname.slice(1, -1) : parsed.hostname;
  const isIpLiteral = isCanonicalIp(hostname);
  const fault = faultOfHost(hostname, isIpLiteral, protocol === 'http:', options.allowList);
  if (fault !== undefined) return fault;
  const port = parsed.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(parsed.port);
  if (!options.ports.some(({ from, to }) => from <= port && port <= to)) {
    return refused('port', `url has port ${port}; allowed are ${describePorts(options.ports)}`);
  }
  return {
    ok: true,
    protocol,
    hostname,
    port,
    isIpLiteral,
    origin: parsed.origin,
    path: `${parsed.pathname}${parsed.search}`,
  };
}

function faultOfHost(
  hostname: string,
  isIpLiteral: boolean,
  http: boolean,
  allowList: AllowList,
): UrlRefusal | undefined {
  const isOwnMachine = isLocalhost(hostname);
  if (!isIpLiteral && !isOwnMachine) {
    return http ? refused('scheme', 'url has the scheme "http"; it must be https') : undefined;
  }
  const addresses = isOwnMachine ? localhostAddresses(allowList, { http }) : [hostname];
  for (const address of addresses) {
    const rule = refusalOf(address, allowList, { http });
    if (rule === undefined) continue;
    if (http) return refused('scheme', 'url has the scheme "http"; it must be https');
    if (rule === 'http') continue;
    return refused(`address:${rule}`, `url's host ${hostname} is not public (${rule}); it must be a public host`);
  }
  return undefined;
}

/** Of a host as URL gives it: a last label of digits is always an address, and only IPv6 has colons. */
function isCanonicalIp(hostname: string): boolean {
  return hostname.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}

function refused(rule: UrlRule, message: string): UrlRefusal {
  return { ok: false, rule, message };
}

const LOWEST_PORT = 80;
const HIGHEST_PORT = 65_535;

/** Reads a setting such as `443,8443` or `443,8000-8999`. No port below 80 can be opened. Names every entry that is wrong. */
export function parsePorts(setting: string): ParsedSetting<readonly PortRange[]> {
  const ranges: PortRange[] = [];
  const faults: string[] = [];
  for (const part of setting.split(',')) {
    const entry = part.trim();
    const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(entry) ?? [];
    const from = Number(first);
    const to = Number(last ?? first);
    if (from >= LOWEST_PORT && to <= HIGHEST_PORT && from <= to) ranges.push({ from, to });
    else faults.push(`"${entry}" is no port; write one as 443 or 8000-8999, from ${LOWEST_PORT} to ${HIGHEST_PORT}`);
  }
  return faults.length === 0 ? { ok: true, value: ranges } : { ok: false, faults };
}

function describePorts(ports: readonly PortRange[]): string {
  return ports.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
