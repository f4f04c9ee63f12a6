import type { HeaderRow } from './settings-values.ts';

export type HeaderFault = 'nameMissing' | 'nameBad' | 'nameTwice' | 'nameReserved' | 'valueBad';

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VISIBLE_ASCII = /^[\x20-\x7e]*$/;

/** They are set with every request, or belong to the connection. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'logto-signature-sha-256',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'traceparent',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What is wrong with one row; one that is wholly empty is not sent, and right. */
export function headerFaultOf(rows: readonly HeaderRow[], index: number): HeaderFault | undefined {
  const { name, value } = trimmed(rows[index]);
  if (name === '' && value === '') return undefined;
  if (name === '') return 'nameMissing';
  if (!TOKEN.test(name)) return 'nameBad';
  const lower = name.toLowerCase();
  if (RESERVED.has(lower) || lower.startsWith('webhook-')) return 'nameReserved';
  if (rows.some((row, other) => other < index && trimmed(row).name.toLowerCase() === lower)) return 'nameTwice';
  return VISIBLE_ASCII.test(value) ? undefined : 'valueBad';
}

function trimmed(row: HeaderRow | undefined): HeaderRow {
  return { name: row?.name.trim() ?? '', value: row?.value.trim() ?? '' };
}
