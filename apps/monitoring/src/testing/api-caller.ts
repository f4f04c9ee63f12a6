import type { Identity } from '@signalbox/identity';
import { monitoringDocument } from '@signalbox/contracts';
import { IDENTITY_HEADER } from '@signalbox/identity';
import { AnswerCheck } from '@signalbox/testing';
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

const documented = new AnswerCheck(monitoringDocument());

/** Throws where an answer is not as the document says. A 401 is between the door and this service: no caller sees it. */
export function expectDocumented(method: string, path: string, { status, headers }: Response, body: unknown): void {
  if (status === 401) return;
  const header = (name: string): string | null => headers.get(name);
  const faults = documented.faultsOf({ method, path, status, header, body });
  if (faults.length > 0) throw new Error(`the answer ${status} to ${method} ${path} ${faults.join('; ')}`);
}

/** Calls the API as the public door does. The body is parsed; an empty one is undefined. Every answer must be a documented one. */
export async function callApi(
  monitoring: { readonly url: string },
  path: string,
  { who, method = 'GET', body, idempotencyKey }: CallOptions = {},
): Promise<CalledAnswer> {
  const response = await fetch(`${monitoring.url}${path}`, {
    method,
    headers: {
      [IDENTITY_HEADER]: await identityOf(who),
      'x-forwarded-host': 'signalbox.example',
      'x-forwarded-proto': 'https',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed: unknown = text === '' ? undefined : JSON.parse(text);
  expectDocumented(method, path, response, parsed);
  const retryAfter = response.headers.get('retry-after');
  return {
    status: response.status,
    body: parsed,
    ...(retryAfter !== null && { retryAfter }),
  };
}
