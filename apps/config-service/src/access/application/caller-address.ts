import ipaddr from 'ipaddr.js';
import type { TrustedProxies } from './trusted-proxies.ts';

/** An IPv6 customer has at least 2^64 addresses. */
const IPV6_PREFIX_PARTS = 4;

/** What nearly every call comes with: taking it apart costs more than admitting the caller. */
const PLAIN_IPV4 = /^(\d{1,3}\.){3}\d{1,3}$/;

/** Where a call comes from. */
export interface CallOrigin {
  /** At the other end of the connection: an IP address, with or without a port, also as gRPC writes it. */
  readonly peer: string;
  /** The header or metadata `x-forwarded-for`, as it came. */
  readonly forwardedFor?: string | undefined;
}

/**
 * What calls are counted by: the caller's address, of IPv6 its /64. Behind trusted proxies it is what the first of them
 * says, read from the end: whatever stands before that the caller may have written himself.
 */
export function callerAddressOf({ peer, forwardedFor }: CallOrigin, trusted: TrustedProxies): string {
  let host = hostOf(peer);
  const hops = forwardedFor?.split(',') ?? [];
  while (trusted.has(host)) {
    const next = hostOf(hops.pop()?.trim() ?? '');
    if (!ipaddr.isValid(next)) break;
    host = next;
  }
  return countedBy(host);
}

/** `::1`, `[::1]:80`, `1.2.3.4:80`, `ipv4:1.2.3.4:80` without what is not the address. */
function hostOf(peer: string): string {
  if (PLAIN_IPV4.test(peer)) return peer;
  return peer
    .replace(/^ipv[46]:/, '')
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1');
}

function countedBy(host: string): string {
  if (PLAIN_IPV4.test(host) || !ipaddr.isValid(host)) return host;
  const address = ipaddr.process(host);
  if (address.kind() === 'ipv4') return address.toString();
  return (address as ipaddr.IPv6).parts
    .slice(0, IPV6_PREFIX_PARTS)
    .map((part) => part.toString(16))
    .join(':');
}
