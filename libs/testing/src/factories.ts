import { EVENT_TYPES, eventTypeOf } from '@signalbox/domain';

/** What `POST /api/hooks` takes: all 31 events, no name needed. */
export interface WebhookInput {
  readonly name?: string;
  readonly events: readonly string[];
  readonly config: { readonly url: string } & Readonly<Record<string, unknown>>;
  readonly enabled?: boolean;
}

/** A webhook for every event of the catalogue, to be sent to `url`. */
export function aWebhook(url: string, overrides: Partial<WebhookInput> = {}): WebhookInput {
  return { name: 'test', events: EVENT_TYPES.map((type) => type.name), config: { url }, ...overrides };
}

/** The bytes of an event as a publisher puts them on Kafka: the catalogue's example with `overrides` in it. */
export function anEvent(name = 'User.Created', overrides: Readonly<Record<string, unknown>> = {}): Buffer {
  const type = eventTypeOf(name);
  if (!type) throw new Error(`There is no event ${name} in the catalogue`);
  return Buffer.from(JSON.stringify({ ...type.example, event: name, ...overrides }));
}
