import type { ParsedSetting } from '@signalbox/domain';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Proxies of the operator, whose word on where a call comes from is taken. */
export class TrustedProxies {
  readonly #ranges: readonly (readonly [Address, number])[];

  constructor(ranges: readonly (readonly [Address, number])[]) {
    this.#ranges = ranges;
  }

  /** Answers false for what is no IP address. */
  has(text: string): boolean {
    if (this.#ranges.length === 0 || !ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return this.#ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  }
}

/** Addresses and CIDRs, separated by commas. */
export function parseTrustedProxies(text: string): ParsedSetting<TrustedProxies> {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const ranges: (readonly [Address, number])[] = [];
  const faults: string[] = [];
  for (const entry of entries) {
    const range = rangeOf(entry);
    if (range === undefined) faults.push(`"${entry}" is no IP address and no CIDR`);
    else if (range[1] === 0) faults.push(`"${entry}" is every address: anybody could say where a call comes from`);
    else ranges.push(range);
  }
  return faults.length === 0 ? { ok: true, value: new TrustedProxies(ranges) } : { ok: false, faults };
}

function rangeOf(entry: string): readonly [Address, number] | undefined {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
  // `isValid` alone takes 1.2 for an address too, and nobody who writes that means it.
  if (!ipaddr.IPv6.isValid(entry) && !ipaddr.IPv4.isValidFourPartDecimal(entry)) return undefined;
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
