import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

/** Why an address is not one to send to. `unreadable`: it is no address in its usual notation. */
export type AddressRule =
  | 'unreadable'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'cloud-metadata'
  | 'cgnat'
  | 'multicast'
  | 'broadcast'
  | 'documentation'
  | 'benchmarking'
  | 'reserved'
  | 'ipv4-mapped'
  | 'ipv4-compatible'
  | 'ipv4-translated'
  | 'nat64'
  | '6to4'
  | 'teredo'
  | 'not-global-unicast';

/**
 * The first match decides, so the narrower range stands first. Sources: the IANA special-purpose address registries
 * for IPv4 and IPv6 (RFC 6890), and what cloud platforms serve credentials from. A notation that carries an IPv4
 * address (mapped, NAT64, 6to4, Teredo …) is refused whatever it carries: a public host has no need of it, and what it
 * leads to is decided by a translator that is not ours.
 */
const REFUSED: readonly (readonly [AddressRule, ...string[]])[] = [
  ['cloud-metadata', '169.254.169.254/32', '169.254.170.2/32', '100.100.100.200/32', '168.63.129.16/32'],
  ['cloud-metadata', '192.0.0.192/32', 'fd00:ec2::254/128', 'fd20:ce::254/128'],
  ['broadcast', '255.255.255.255/32'],
  ['unspecified', '0.0.0.0/8', '::/128'],
  ['loopback', '127.0.0.0/8', '::1/128'],
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  ['link-local', '169.254.0.0/16', 'fe80::/10'],
  ['cgnat', '100.64.0.0/10'],
  [
    'documentation',
    '192.0.2.0/24',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '233.252.0.0/24',
    '2001:db8::/32',
    '3fff::/20',
  ],
  ['benchmarking', '198.18.0.0/15', '2001:2::/48'],
  ['multicast', '224.0.0.0/4', 'ff00::/8'],
  [
    'reserved',
    '192.0.0.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.175.48.0/24',
    '240.0.0.0/4',
  ],
  ['ipv4-mapped', '::ffff:0:0/96'],
  ['ipv4-translated', '::ffff:0:0:0/96'],
  ['ipv4-compatible', '::/96'],
  ['nat64', '64:ff9b::/96', '64:ff9b:1::/48'],
  ['6to4', '2002::/16'],
  ['teredo', '2001::/32'],
  ['reserved', '2001::/23', '2620:4f:8000::/48', '3ffe::/16', '5f00::/16', '100::/64'],
];

const RULES: readonly (readonly [AddressRule, Cidr])[] = REFUSED.flatMap(([rule, ...ranges]) =>
  ranges.map((range) => [rule, ipaddr.parseCIDR(range)] as const),
);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * `public`, or the rule that refuses the address. Text must be in the usual notation (four decimal parts, or
 * RFC 4291): another notation of the same address is refused as `unreadable`, as what is checked must be exactly what is
 * connected to. Bytes are 4 or 16 in network order.
 */
export function classifyAddress(address: string | Uint8Array): 'public' | AddressRule {
  const parsed = parseAddress(address);
  if (parsed === undefined) return 'unreadable';
  for (const [rule, range] of RULES) {
    if (isWithin(parsed, range)) return rule;
  }
  if (parsed.kind() === 'ipv6' && !isWithin(parsed, GLOBAL_UNICAST)) return 'not-global-unicast';
  // What a later edition of the library knows as special and the table above does not yet.
  return parsed.range() === 'unicast' ? 'public' : 'reserved';
}

/** A range that the operator opened, and whether plain `http` may be spoken to it. */
export interface AllowedRange {
  readonly cidr: readonly [Address, number];
  readonly http: boolean;
}
export type AllowList = readonly AllowedRange[];

export type ParsedSetting<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly string[] };

/** Reads a setting such as `127.0.0.0/8+http,::1/128+http`; empty opens nothing. Names every entry that is wrong. */
export function parseAllowList(setting: string): ParsedSetting<AllowList> {
  const ranges: AllowedRange[] = [];
  const faults: string[] = [];
  for (const part of setting.split(',')) {
    const entry = part.trim();
    if (entry === '') continue;
    const http = entry.endsWith('+http');
    const range = http ? entry.slice(0, -'+http'.length) : entry;
    if (ipaddr.isValidCIDR(range) && (range.includes(':') || ipaddr.IPv4.isValidCIDRFourPartDecimal(range))) {
      ranges.push({ cidr: ipaddr.parseCIDR(range), http });
    } else {
      faults.push(
        `"${entry}" is no range of addresses; write one as 10.0.0.0/8 or fd00::/8, with +http to open http too`,
      );
    }
  }
  return faults.length === 0 ? { ok: true, value: ranges } : { ok: false, faults };
}

/** Whether the operator opened this address; with `http`, whether plain `http` to it is opened too. */
export function isAllowed(
  address: string | Uint8Array,
  allowList: AllowList,
  options: { readonly http: boolean },
): boolean {
  if (allowList.length === 0) return false;
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  return allowList.some((range) => (range.http || !options.http) && isWithin(parsed, range.cidr));
}

/**
 * The rule that refuses to send to this address, or undefined when it may be sent to: it is public and spoken to by
 * https, or the operator opened it.
 */
export function refusalOf(
  address: string,
  allowList: AllowList,
  options: { readonly http: boolean },
): AddressRule | 'http' | undefined {
  if (isAllowed(address, allowList, options)) return undefined;
  const rule = classifyAddress(address);
  if (rule !== 'public') return rule;
  return options.http ? 'http' : undefined;
}

function parseAddress(address: string | Uint8Array): Address | undefined {
  if (typeof address !== 'string') {
    return address.length === 4 || address.length === 16 ? ipaddr.fromByteArray([...address]) : undefined;
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  // A zone id names an interface of this machine; no public host has one.
  if (!address.includes(':') || address.includes('%')) return undefined;
  const groups = withoutDottedEnd(address);
  return ipaddr.IPv6.isValid(groups) ? ipaddr.IPv6.parse(groups) : undefined;
}

/** `::1.2.3.4` as `::102:304`: the library takes the dotted form of a compatible address for a mapped one. */
function withoutDottedEnd(address: string): string {
  const start = address.lastIndexOf(':') + 1;
  const dotted = address.slice(start);
  if (!ipaddr.IPv4.isValidFourPartDecimal(dotted)) return address;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(dotted).octets;
  return `${address.slice(0, start)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function isWithin(address: Address, [range, bits]: readonly [Address, number]): boolean {
  return address.kind() === range.kind() && address.match(range, bits);
}
