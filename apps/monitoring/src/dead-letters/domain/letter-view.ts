import type { LetterRecord, SettledLetter } from './letter.ts';
import { formatLetterId } from './letter.ts';
import type { RedriveTargets } from './redrive.ts';
import { whyNotRedrivable } from './redrive.ts';

/** Headers that we and CloudEvents define. What others hold may be a credential (invariant 8). */
const KNOWN_HEADERS = new Set([
  'event-id',
  'tenant-id',
  'content-type',
  'traceparent',
  'tracestate',
  'delivery',
  'wait',
  'kind',
]);
const MASK = '***';

/** A letter as the API shows it. */
export function letterView(letter: SettledLetter, targets: RedriveTargets) {
  return {
    id: formatLetterId(letter),
    at: letter.atMs,
    reason: letter.reason,
    message: letter.message,
    stage: letter.stage,
    source: letter.source,
    key: letter.key?.toString() ?? null,
    tenantId: letter.tenantId,
    size: letter.sizeBytes,
    status: letter.status,
    by: letter.by,
    decidedAt: letter.decidedAtMs,
    redrivable: whyNotRedrivable(letter, targets) === null,
  };
}

/** The same with its record: its value as text where it is UTF-8, without what may be a secret in its headers. */
export function letterWithRecordView(letter: SettledLetter & LetterRecord, targets: RedriveTargets) {
  return {
    ...letterView(letter, targets),
    record: {
      headers: letter.headers.map(([name, value]) => ({
        name,
        value: KNOWN_HEADERS.has(name) || name.startsWith('ce_') ? value.toString() : MASK,
      })),
      value: letter.value === null ? null : valueView(letter.value),
      isCut: letter.isCut,
    },
  };
}

function valueView(value: Buffer): { readonly encoding: 'utf8' | 'base64'; readonly text: string } {
  try {
    return { encoding: 'utf8', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value) };
  } catch {
    return { encoding: 'base64', text: value.toString('base64') };
  }
}
