import type { AllowList, EndpointUrl, UrlRefusal } from '@signalbox/domain';
import { isLocalhost, refusalOf } from '@signalbox/domain';
import type { NameResolver } from './name-resolver.port.ts';

export interface NameCheckOptions {
  readonly resolver: NameResolver;
  readonly allowList: AllowList;
  /** Default 1,000. */
  readonly timeoutMs?: number;
}

/**
 * Looks up the name of an endpoint whose URL has been accepted, when it is set. Resolves to why it is refused, or to
 * undefined when it may be set: also when it does not resolve, or not in time, as names are often made after webhooks.
 * A courtesy to the person who sets it; what protects is the same check at connect time.
 */
export function checkEndpointName(endpoint: EndpointUrl, options: NameCheckOptions): Promise<UrlRefusal | undefined> {
  const { hostname, isIpLiteral } = endpoint;
  if (isIpLiteral || isLocalhost(hostname)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, options.timeoutMs ?? 1_000, undefined);
    options.resolver.lookup(hostname, (result) => {
      clearTimeout(timer);
      resolve(result.kind === 'found' ? refusalOfAll(hostname, result.addresses, options.allowList) : undefined);
    });
  });
}

function refusalOfAll(hostname: string, addresses: readonly string[], allowList: AllowList): UrlRefusal | undefined {
  for (const address of addresses) {
    const rule = refusalOf(address, allowList, { http: false });
    if (rule === undefined || rule === 'http') continue;
    const message = `url's host ${hostname} resolves to an address that is not public (${rule}); it must be a public host`;
    return { ok: false, rule: `address:${rule}`, message };
  }
  return undefined;
}
