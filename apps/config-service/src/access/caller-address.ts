import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IPv6 customer has at least 2^64 addresses. */
const IPV6_PREFIX_PARTS = 4;

/**
 * What calls are counted by that come from an IP address, with or without a port (`::1`, `[::1]:80`, `1.2.3.4:80`, and as
 * gRPC writes it): the address, of IPv6 its /64.
 */
export function callerAddressOf(peer: string): string {
  // What nearly every call comes with: taking it apart costs more than admitting the caller.
  if (isIPv4(peer)) return peer;
  const host = peer
    .replace(/^ipv[46]:/, '')
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1');
  if (!ipaddr.isValid(host)) return peer;
  const address = ipaddr.process(host);
  if (address.kind() === 'ipv4') return address.toString();
  return (address as ipaddr.IPv6).parts
    .slice(0, IPV6_PREFIX_PARTS)
    .map((part) => part.toString(16))
    .join(':');
}
