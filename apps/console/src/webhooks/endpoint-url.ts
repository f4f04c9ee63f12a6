export type UrlRule = 'absolute' | 'https' | 'public' | 'noUser' | 'length';

const MAX_LENGTH = 2_048;
const PRIVATE_IPV4 = /^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;

/**
 * Which rules an address keeps, to explain them as it is typed. The server judges: it knows every notation of an address,
 * and what its operator allows.
 */
export function urlRulesOf(text: string): Readonly<Record<UrlRule, boolean>> {
  const url = URL.parse(text.trim());
  const isAbsolute = url !== null && url.hostname !== '' && /^[a-z][a-z\d+.-]*:\/\//i.test(text.trim());
  return {
    absolute: isAbsolute,
    https: isAbsolute && url.protocol === 'https:',
    public: isAbsolute && !isInside(url.hostname),
    noUser: isAbsolute && url.username === '' && url.password === '',
    length: text.length > 0 && text.length <= MAX_LENGTH && !/\s/.test(text.trim()),
  };
}

function isInside(hostname: string): boolean {
  const isLocal = /(^|\.)(localhost|local|internal)\.?$/i.test(hostname);
  return isLocal || PRIVATE_IPV4.test(hostname) || hostname.startsWith('[');
}

/** What keeps an address from being sent to the server at all. */
export function urlFaultOf(text: string): 'urlMissing' | UrlRule | undefined {
  if (text.trim() === '') return 'urlMissing';
  const rules = urlRulesOf(text);
  return (['absolute', 'noUser', 'length'] as const).find((rule) => !rules[rule]);
}
