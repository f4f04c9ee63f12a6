import type { RawQuery } from '../../../access/query-reader.ts';
import { QueryReader } from '../../../access/query-reader.ts';
import { badInput } from '../../../access/api-error.ts';
import type { LiveFilter, LiveState } from '../../domain/live-event.ts';
import { LIVE_STATES } from '../../domain/live-event.ts';
import type { Positions } from '../../domain/positions.ts';
import { decodePositions } from '../../domain/positions.ts';

const MAX_EVENTS = 50;
const MAX_WEBHOOKS = 100;
const MAX_LIST_LENGTH = 10_000;

/** What a live feed is asked for: of one webhook, or of those that the query names. Throws the answer to wrong parameters. */
export function liveFilterOf(tenantId: string, query: RawQuery, webhookId?: string): LiveFilter {
  const reader = new QueryReader(query);
  const some = (field: string, max: number): readonly string[] | null =>
    reader.parsed(field, (text) => namesOf(text, max), `1 to ${max} names separated by commas`, MAX_LIST_LENGTH);
  const events = some('event', MAX_EVENTS);
  const states = reader.parsed('state', statesOf, `some of ${LIVE_STATES.join(', ')}, separated by commas`);
  const hookIds = webhookId === undefined ? some('hookId', MAX_WEBHOOKS) : [webhookId];
  reader.check();
  return {
    tenantId,
    webhookIds: hookIds && new Set(hookIds),
    eventTypes: events && new Set(events),
    states: states && new Set(states),
  };
}

/** Of the header `Last-Event-ID`; undefined where it is not sent. */
export function resumePositionOf(header: string | string[] | undefined): Positions | undefined {
  if (header === undefined || header === '') return undefined;
  const positions = typeof header === 'string' ? decodePositions(header) : undefined;
  if (positions !== undefined) return positions;
  throw badInput([{ field: 'Last-Event-ID', why: 'cannot be read', expected: 'the id of an event of this stream' }]);
}

function namesOf(text: string, max: number): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim());
  return names.length <= max && names.every((name) => name !== '') ? names : undefined;
}

function statesOf(text: string): readonly LiveState[] | undefined {
  const names = text.split(',').map((name) => name.trim());
  const known = LIVE_STATES.filter((state) => names.includes(state));
  return names.every((name) => known.some((state) => state === name)) ? known : undefined;
}
