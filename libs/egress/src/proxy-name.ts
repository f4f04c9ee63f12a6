import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type AddressesFound = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;
type FindAddresses = (hostname: string, found: AddressesFound) => void;

const KEPT_MS = 30_000;

const findByMachine: FindAddresses = (hostname, found) => lookup(hostname, { all: true }, found);

/**
 * The addresses of the forward proxy, as the machine knows them. `getaddrinfo` has four threads for the whole process: it is
 * asked once at a time and not for 30 s after it has answered. Whoever comes later than that gets the last answer while the
 * next one is looked up, and also when that fails: name servers that are away for a moment must not stop all that goes out.
 */
export class ProxyName {
  readonly #find: FindAddresses;
  readonly #nowMs: () => number;
  #addresses: readonly LookupAddress[] = [];
  #goodUntilMs = 0;
  #waiting: AddressesFound[] | undefined;

  constructor(find: FindAddresses = findByMachine, nowMs = (): number => performance.now()) {
    this.#find = find;
    this.#nowMs = nowMs;
  }

  /** For `net.connect`. */
  readonly lookup: LookupFunction = (hostname, { all }, callback) => {
    const found: AddressesFound = (error, addresses) => {
      const [first] = addresses;
      if (error !== null || first === undefined) callback(error ?? notFound(hostname), '');
      else if (all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    };
    if (this.#addresses.length === 0) {
      this.#refresh(hostname, found);
      return;
    }
    if (this.#nowMs() >= this.#goodUntilMs) this.#refresh(hostname, () => undefined);
    process.nextTick(found, null, this.#addresses);
  };

  #refresh(hostname: string, found: AddressesFound): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(found);
      return;
    }
    const waiting = [found];
    this.#waiting = waiting;
    this.#find(hostname, (error, addresses) => {
      this.#waiting = undefined;
      if (error === null && addresses.length > 0) {
        this.#addresses = addresses;
        this.#goodUntilMs = this.#nowMs() + KEPT_MS;
      }
      for (const each of waiting) each(error, addresses ?? []);
    });
  }
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
}
