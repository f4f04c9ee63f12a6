import { invalidInput } from '../../../errors/signalbox-error.ts';

/** The tag of a state as an entity tag (RFC 9110, section 8.8.3). */
export function etagOf(stateTag: string): string {
  return `"${stateTag}"`;
}

const ENTITY_TAG = String.raw`\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]{0,64}"\s*`;
const ENTITY_TAGS = new RegExp(`^${ENTITY_TAG}(?:,${ENTITY_TAG}){0,15}$`);

/**
 * The tags of states that an `If-Match` (RFC 9110, section 13.1.1) asks for, any of which will do; undefined where there is
 * none, or `*`. A weak tag counts as a strong one: proxies that compress weaken ours.
 *
 * @throws SignalboxError `guard.invalid_input` for what is no list of entity tags.
 */
export function tagsOfIfMatch(ifMatch: string | undefined): readonly string[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  if (ENTITY_TAGS.test(ifMatch)) return [...ifMatch.matchAll(/"([^"]*)"/g)].map(([, tag = '']) => tag);
  throw invalidInput([{ field: 'If-Match', why: 'is no entity tag', expected: 'an ETag such as "1.3", or *' }]);
}
