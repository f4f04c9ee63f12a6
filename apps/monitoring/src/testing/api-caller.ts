import type { Identity } from '@signalbox/identity';
import { IDENTITY_HEADER } from '@signalbox/identity';
import { identityOf } from './running-monitoring.ts';

export interface CallOptions {
  readonly who?: Partial<Identity>;
  readonly method?: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

export interface CalledAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter?: string;
}

/** Calls the API as the public door does. The body is parsed; an empty one is undefined. */
export async function callApi(
  monitoring: { readonly url: string },
  path: string,
  { who, method = 'GET', body, idempotencyKey }: CallOptions = {},
): Promise<CalledAnswer> {
  const response = await fetch(`${monitoring.url}${path}`, {
    method,
    headers: {
      [IDENTITY_HEADER]: await identityOf(who),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  return {
    status: response.status,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
    ...(retryAfter !== null && { retryAfter }),
  };
}
