import type { Texts } from '../texts/texts.ts';

type Advice = keyof Texts['test']['advice'];

const BY_CLASS: Readonly<Record<string, Advice>> = {
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  timeout: 'timeout',
  reset: 'reset',
  protocol: 'protocol',
  'refused-address': 'refused',
};

const BY_STATUS: Readonly<Record<number, Advice>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'notFound',
  405: 'method',
  407: 'unauthorized',
  410: 'notFound',
};

/** What a failed try means and what to do about it, for the owner of the endpoint. */
export function adviceOf(
  failure: { readonly errorClass?: string | undefined; readonly statusCode?: number | undefined },
  { test }: Texts,
): string {
  const { errorClass = '', statusCode } = failure;
  return test.advice[(statusCode === undefined ? BY_CLASS[errorClass] : adviceOfStatus(statusCode)) ?? 'other'];
}

function adviceOfStatus(status: number): Advice {
  if (status >= 500) return 'server';
  if (status >= 300 && status < 400) return 'redirect';
  return BY_STATUS[status] ?? 'client';
}
