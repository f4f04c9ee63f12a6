import type { Attempted, Delivery, WebhookState } from '@signalbox/contracts';
import { DEFAULT_RETRY_POLICY, deliveryIdOf } from '@signalbox/domain';
import { parseKeyring, SecretBox } from '@signalbox/secrets';
import type { TestBackends } from '@signalbox/testing';
import type { RoleName } from '../dispatcher.environment.ts';
import { ROLES } from '../dispatcher.environment.ts';

export const IDENTITY_KEY = Buffer.alloc(32, 8).toString('base64');
const KEYRING = `k1=${Buffer.alloc(32, 7).toString('base64')}`;

/** The environment of a dispatcher on a test's own topics; it may send to loopback. */
export function dispatcherEnvironment(
  { kafkaBrokers, topicPrefix, topics }: TestBackends,
  roles: readonly RoleName[] = ROLES,
): Record<string, string> {
  return {
    KAFKA_BROKERS: kafkaBrokers,
    TOPIC_PREFIX: topicPrefix,
    AUTH_EVENT_TOPICS: topics.authEvents.join(','),
    SECRETS_KEYRING: KEYRING,
    INTERNAL_IDENTITY_KEY: IDENTITY_KEY,
    // Nothing listens there: only a receiver's verdict needs it.
    CONFIG_GRPC_URL: '127.0.0.1:1',
    EGRESS_ALLOW: '127.0.0.0/8+http',
    EGRESS_PORTS: '80-65535',
    DISPATCHER_ROLES: roles.join(','),
  };
}

/** An enabled webhook for `User.Created` whose key the dispatchers of {@link dispatcherEnvironment} can open. */
export function aWebhookState(webhook: Partial<WebhookState> & { readonly url: string }): WebhookState {
  const id = webhook.id ?? 'webhook0000000000test';
  return {
    deleted: false,
    id,
    tenantId: 'default',
    epoch: 1,
    version: 1,
    name: '',
    subscribedTo: ['User.Created'],
    headers: [],
    enabled: true,
    signingKeys: [{ sealed: new SecretBox(parseKeyring(KEYRING)).seal('test-signing-key', id), honouredUntilMs: null }],
    timeoutMs: 5_000,
    retryPolicy: { ...DEFAULT_RETRY_POLICY, delaysMs: [1_000, 1_000] },
    ...webhook,
  };
}

/** What the router makes of the event `eventId` for a webhook. */
export function aDelivery(webhookId: string, eventId: string, more: Partial<Delivery> = {}): Delivery {
  return {
    deliveryId: deliveryIdOf(webhookId, eventId),
    tenantId: 'default',
    eventId,
    eventType: 'User.Created',
    round: 0,
    attemptNumber: 1,
    deferrals: 0,
    firstScheduledAtMs: Date.now(),
    roundStartedAtMs: 0,
    webhookEpoch: 1,
    webhookVersion: 1,
    sourceTopic: 'auth-events',
    sourcePartition: 0,
    sourceOffset: 0,
    ...more,
  };
}

/** The fact of an attempt for the delivery record at `deliveryOffset`; it succeeded where `more` does not say otherwise. */
export function anAttempt(
  webhookId: string,
  delivery: Delivery,
  deliveryOffset: number,
  more: Partial<Attempted> = {},
): Attempted {
  const { tenantId, eventType, deliveryId, round, attemptNumber, deferrals, firstScheduledAtMs } = delivery;
  return {
    kind: 'attempted',
    webhookId,
    tenantId,
    eventType,
    deliveryId,
    round,
    attemptNumber,
    deferrals,
    firstScheduledAtMs,
    roundStartedAtMs: Date.now(),
    webhookEpoch: delivery.webhookEpoch,
    webhookVersion: delivery.webhookVersion,
    deliveryOffset,
    atMs: Date.now(),
    outcome: 'succeeded',
    startedAtMs: Date.now(),
    timings: { totalMs: 1 },
    statusCode: 200,
    ...more,
  };
}
