import type { EndpointLookup } from './endpoint-lookup.port.ts';
import type { FieldFault } from './webhook-input.ts';

/** What is wrong with the addresses behind a URL, as a fault of the field it came in. */
export async function faultsOfEndpoint(lookup: EndpointLookup, url: string): Promise<readonly FieldFault[]> {
  const refusal = await lookup.refusalOf(url);
  return refusal === undefined
    ? []
    : [{ field: 'config.url', ...refusal, expected: 'a URL whose host has public addresses only' }];
}
