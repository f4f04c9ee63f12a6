import { invalidInput } from '../../../errors/signalbox-error.ts';

/** A webhook's version as an entity tag (RFC 9110, section 8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version an `If-Match` asks for; undefined where there is none, or `*`.
 *
 * @throws SignalboxError `guard.invalid_input` for one that was never an entity tag of ours.
 */
export function versionOfIfMatch(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(ifMatch)?.[1];
  if (version !== undefined) return Number(version);
  throw invalidInput([{ field: 'If-Match', why: 'is no ETag of a webhook', expected: 'an ETag such as "3", or *' }]);
}
