import type { DeadLetterReason, Delivery, RecordHeaders, WebhookState } from '@signalbox/contracts';
import { deliveryIdOf, readPublishedEvent, spliceHookId } from '@signalbox/domain';
import type { SourcePosition } from './event-identity.ts';
import { identifyEvent, startTrace } from './event-identity.ts';
import { isStructured, openEnvelope } from './structured-event.ts';

export interface PublishedRecord extends SourcePosition {
  readonly timestampMs: number;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
  /** What of it could not be read. */
  readonly fault?: { readonly kind: 'headers' | 'batch'; readonly message: string } | undefined;
}

export interface RoutedDelivery {
  readonly webhookId: string;
  readonly delivery: Delivery;
  /** The exact bytes to POST. */
  readonly body: Buffer;
}

export type Routing =
  | {
      readonly kind: 'routed';
      readonly event: string;
      readonly deliveries: Iterable<RoutedDelivery>;
      readonly span?: RouteSpan | undefined;
    }
  | { readonly kind: 'rejected'; readonly reason: DeadLetterReason; readonly message: string };

/** The routing of one event, as traces show it. */
export interface RouteSpan {
  /** What the deliveries name as what caused them. */
  readonly traceparent: string;
  end(): void;
}

export interface RoutingRules {
  readonly maxEventBytes: number;
  readonly isKnownEvent: (tenantId: string, name: string) => boolean;
  readonly subscribers: (tenantId: string, eventType: string) => Iterable<WebhookState>;
  /** 48 random hex digits, for a trace. */
  readonly randomDigits: () => string;
  /** Of traces begun here while nobody records spans: the share that is marked as sampled, from 0 to 1. */
  readonly sampledShare: number;
  /** Absent where no traces are wanted; undefined where this one is not. */
  readonly startSpan?: ((parent: string | undefined, event: string) => RouteSpan | undefined) | undefined;
}

/**
 * What a published record becomes. The value is parsed once; each matching webhook gets its own bytes, made only when its
 * delivery is asked for, so that an event for ten thousand webhooks does not hold ten thousand bodies.
 */
export function routeEvent(record: PublishedRecord, rules: RoutingRules): Routing {
  if (record.fault !== undefined) {
    const reason = record.fault.kind === 'headers' ? 'bad-header' : 'unreadable';
    return { kind: 'rejected', reason, message: record.fault.message };
  }
  const { headers } = record;
  const published = record.value ?? Buffer.alloc(0);
  const envelope = isStructured(headers) ? openEnvelope(headers, published, rules.maxEventBytes) : undefined;
  if (envelope?.kind === 'rejected') return envelope;
  const identity = identifyEvent(headers, record, envelope?.attribute);
  if ('fault' in identity) return { kind: 'rejected', reason: 'bad-header', message: identity.fault };
  const value = envelope?.value ?? published;
  const event = readPublishedEvent(value, {
    maxBytes: rules.maxEventBytes,
    isKnownEvent: (name) => rules.isKnownEvent(identity.tenantId, name),
    ...(identity.eventByHeaders === undefined ? {} : { eventByHeaders: identity.eventByHeaders }),
  });
  if (!event.ok) return { kind: 'rejected', reason: event.reason, message: event.message };
  const span = rules.startSpan?.(identity.traceparent, event.event);
  const traceparent = span?.traceparent ?? identity.traceparent ?? startTrace(rules.randomDigits(), rules.sampledShare);
  const named = { ...identity, eventType: event.event, traceparent };
  return { kind: 'routed', event: event.event, deliveries: deliveriesOf(record, value, named, rules), span };
}

function* deliveriesOf(
  record: PublishedRecord,
  value: Buffer,
  named: { tenantId: string; eventId: string; eventType: string; traceparent: string },
  rules: RoutingRules,
): Generator<RoutedDelivery> {
  // Those of now: while the deliveries are made, webhooks change, and one must not come up twice.
  const webhooks = [...rules.subscribers(named.tenantId, named.eventType)];
  for (const webhook of webhooks) {
    const delivery: Delivery = {
      deliveryId: deliveryIdOf(webhook.id, named.eventId),
      tenantId: named.tenantId,
      eventId: named.eventId,
      eventType: named.eventType,
      round: 0,
      attemptNumber: 1,
      deferrals: 0,
      firstScheduledAtMs: Math.max(0, record.timestampMs),
      roundStartedAtMs: 0,
      webhookEpoch: webhook.epoch,
      webhookVersion: webhook.version,
      sourceTopic: record.topic,
      sourcePartition: record.partition,
      sourceOffset: record.offset,
      traceparent: named.traceparent,
    };
    yield { webhookId: webhook.id, delivery, body: spliceHookId(value, webhook.id) };
  }
}
