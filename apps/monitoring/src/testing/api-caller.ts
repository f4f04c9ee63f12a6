import type { Identity } from '@signalbox/identity';
import { IDENTITY_HEADER } from '@signalbox/identity';
import type { RunningMonitoring } from './running-monitoring.ts';

export interface CallOptions {
  readonly who?: Partial<Identity>;
  readonly method?: string;
  readonly body?: unknown;
}

/** Calls the API as the public door does. The body is parsed; an empty one is undefined. */
export async function callApi(
  monitoring: RunningMonitoring,
  path: string,
  { who, method = 'GET', body }: CallOptions = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${monitoring.url}${path}`, {
    method,
    headers: {
      [IDENTITY_HEADER]: await monitoring.identity(who),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}
