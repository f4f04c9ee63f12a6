import type { MonitoringEntry } from './monitoring-entry.ts';
import type { Parameter } from './operation.ts';
import { queryOf } from './parameters.ts';

const LIVE = `Server-Sent Events, read with \`fetch\`, which sends the credential. Each event has an \`id\`, the position in the
log of attempts; sent back as \`Last-Event-ID\`, the stream goes on behind it, whichever instance answers: every attempt is seen once.

- \`ready\`, \`data: {}\`: the first event. Whatever is attempted from now on (or behind \`Last-Event-ID\`) follows.
- \`attempt\`, \`data\`: LiveAttempt. An attempt ended, or a delivery was put off, skipped or given up.
- \`breaker\`, \`data\`: LiveBreaker. Not sent where \`event\` or \`state\` is asked for.
- \`skipped\`, \`data\`: LiveSkipped. The reader is too slow or too far behind: attempts were left out. \`slow-reader\` says how many; \`too-far-behind\`
  does not: to count those that match, all of them would have to be read, and a count of all would tell what other tenants do.

Every 15 s at most there is a comment \`: heartbeat\`, with an \`id\` of its own, so that what is resumed from stays near. The stream ends
when the credential does, within 15 s, and when an instance stops: connect again with the last \`id\`.`;

const FILTERS: readonly Parameter[] = [
  queryOf('event', 'Only these event types, separated by commas; 50 at most'),
  queryOf('state', 'Only these, separated by commas: succeeded, failed, retrying, waiting, skipped, expired'),
];

const RESUME: Parameter = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'The `id` of the last event seen; without it the stream begins now',
  schema: { type: 'string' },
};

const ANSWER = {
  status: 200,
  description: 'Attempts as they end',
  schema: { type: 'string' },
  isEventStream: true,
} as const;

/** What is passed on as Server-Sent Events. */
export const LIVE_ENTRIES: readonly MonitoringEntry[] = [
  [
    'get',
    '/api/hooks/{id}/live',
    'deliveries:read',
    {
      summary: "A webhook's attempts, live",
      description: LIVE,
      parameters: [...FILTERS, RESUME],
      answer: ANSWER,
      errors: ['entity.not_exists_with_id', 'guard.invalid_input'],
    },
  ],
  [
    'get',
    '/api/live',
    'deliveries:read',
    {
      summary: "The tenant's attempts, live",
      description: LIVE,
      parameters: [queryOf('hookId', 'Only these webhooks, separated by commas; 100 at most'), ...FILTERS, RESUME],
      answer: ANSWER,
      errors: ['guard.invalid_input'],
    },
  ],
];
