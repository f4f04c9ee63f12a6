import type { ParsedSetting } from '@signalbox/domain';

/** A proxy of the operator's through which all connections to endpoints go. */
export interface ForwardProxy {
  /** A name or an address, IPv6 without brackets. It is the operator's choice and is not judged as endpoints are. */
  readonly hostname: string;
  readonly port: number;
  /** The value of `proxy-authorization`. A secret. */
  readonly authorization?: string;
}

/** Reads `http://[user:password@]host:port`; port 80 where none is named. No fault names a part of the text: it may hold a password. */
export function parseForwardProxy(text: string): ParsedSetting<ForwardProxy> {
  const url = URL.parse(text);
  if (url === null) return { ok: false, faults: ['is no URL'] };
  const faults: string[] = [];
  if (url.protocol !== 'http:') faults.push('does not begin with http://');
  if (url.hostname === '' || url.port === '0') faults.push('names no host and port');
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    faults.push('has more after its host and port');
  }
  const credentials = credentialsOf(url);
  if (credentials === undefined) faults.push('has credentials that are no percent-encoded UTF-8');
  if (faults.length > 0) return { ok: false, faults };
  const authorization = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  return {
    ok: true,
    value: {
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? 80 : Number(url.port),
      ...(authorization && { authorization }),
    },
  };
}

/** `user:password`, empty where there are none; undefined where they cannot be decoded. */
function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return '';
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return undefined;
  }
}
