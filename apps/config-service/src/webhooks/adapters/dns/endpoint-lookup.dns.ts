import { Resolver } from 'node:dns/promises';
import { checkEndpointUrl, isLocalhost, refusalOf } from '@signalbox/domain';
import type { UrlRuleOptions } from '@signalbox/domain';
import type { EndpointLookup, EndpointRefusal } from '../../application/endpoint-lookup.port.ts';

/** contract.md section 6: a name is looked up for a second at most when a webhook is made. */
const LOOKUP_MS = 1_000;

/** Looks the host of an endpoint up by c-ares: `getaddrinfo` cannot be given up, and has four threads for everybody. */
export class DnsEndpointLookup implements EndpointLookup {
  readonly #rules: UrlRuleOptions;
  readonly #resolve: (hostname: string) => Promise<readonly string[]>;

  constructor(rules: UrlRuleOptions, resolve: (hostname: string) => Promise<readonly string[]> = resolveWithin) {
    this.#rules = rules;
    this.#resolve = resolve;
  }

  async refusalOf(url: string): Promise<EndpointRefusal | undefined> {
    const endpoint = checkEndpointUrl(url, this.#rules);
    if (!endpoint.ok) return { rule: endpoint.rule, why: endpoint.message };
    const { hostname, isIpLiteral, protocol } = endpoint;
    if (isIpLiteral || isLocalhost(hostname)) return undefined;
    for (const address of await this.#resolve(hostname)) {
      const rule = refusalOf(address, this.#rules.allowList, { http: protocol === 'http:' });
      // The address is not named: it would tell a stranger what our own name servers know.
      if (rule === undefined) continue;
      const why = `the host ${hostname} resolves to an address that is not public (${rule})`;
      return { rule: `address:${rule}`, why };
    }
    return undefined;
  }
}

async function resolveWithin(hostname: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: LOOKUP_MS, tries: 1 });
  const timer = setTimeout(() => resolver.cancel(), LOOKUP_MS);
  try {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    clearTimeout(timer);
  }
}
