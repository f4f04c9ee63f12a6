import type { Fact, TopicNames, WebhookRecord, WebhookState } from '@signalbox/contracts';
import { isKnownEvent, signingKeyOf } from '@signalbox/domain';
import type { LogProducer } from '@signalbox/kafka';
import { FlushedProducer, MAX_HEARTBEAT_AGE_MS, silentLogger } from '@signalbox/kafka';
import { KnownTail } from '@signalbox/positions';
import { Router } from '../router/application/router.ts';
import { Scheduler } from '../scheduler/application/scheduler.ts';
import { Sender } from '../sender/application/sender.ts';
import type { SenderLimits } from '../sender/application/sender-options.ts';
import { DEFAULT_SENDER_LIMITS } from '../sender/application/sender-options.ts';
import type { LaneLimits } from '../sender/domain/lane.ts';
import { DEFAULT_LANE_LIMITS } from '../sender/domain/lane.ts';
import type { SendProfile } from '../sender/domain/send-profile.ts';
import type { Sent } from './invariants.ts';
import { BrokenInvariant } from './invariants.ts';
import type { SimulatedBrokers } from './simulated-brokers.ts';
import type { SimulatedConfiguration } from './simulated-configuration.ts';
import type { SimulatedEndpoints } from './simulated-endpoints.ts';
import type { SimulatedLog } from './simulated-log.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { VirtualTime } from './virtual-time.ts';

export type RoleName = 'router' | 'sender' | 'scheduler';

/** The world that the roles work in. */
export interface RoleParts {
  readonly time: VirtualTime;
  readonly log: SimulatedLog;
  readonly brokers: SimulatedBrokers;
  readonly endpoints: SimulatedEndpoints;
  readonly configuration: SimulatedConfiguration;
  /** A POST begins; what is answered is called when it has ended. */
  readonly onPost: (process: SimulatedProcess, sent: Sent) => () => void;
  /** `known`: what the process knows of the webhook by then. */
  readonly onFact: (process: SimulatedProcess, fact: Fact, known: WebhookRecord | undefined) => void;
  /** No record of a simulation is to be put aside. */
  readonly onDeadLetter: (message: string) => void;
}

/** Small, so that a run reaches them. */
export const LIMITS: SenderLimits = { ...DEFAULT_SENDER_LIMITS, maxHeld: 200 };
export const LANE_LIMITS: LaneLimits = { ...DEFAULT_LANE_LIMITS, minQueued: 16, maxConcurrency: 8 };
const SIGNING_KEY = signingKeyOf('simulated');
const DIGITS = '0af7651916cd43dd8448eb211c80319cb7ad6b7169203331';

/** The topics that a role reads. */
export function topicsOf(role: RoleName, topics: TopicNames): readonly string[] {
  switch (role) {
    case 'router':
      return topics.authEvents;
    case 'sender':
      return [topics.deliveries];
    case 'scheduler':
      return topics.retries;
  }
}

/** The producer that production wires, over simulated brokers. */
export function producerOf(process: SimulatedProcess, { brokers, log, time }: RoleParts): LogProducer {
  return new FlushedProducer({
    sender: brokers.senderOf(process),
    placement: { place: (record) => (record.partition ??= log.partitionOf(record.topic, record.key)) },
    logger: silentLogger,
    mayStart: () => process.msSinceHeartbeat() <= MAX_HEARTBEAT_AGE_MS,
    delay: async (ms) => {
      await time.pass(ms);
      await new Promise<void>((resolve) => process.whenAwake(resolve));
    },
  });
}

export function routerOf(process: SimulatedProcess, producer: LogProducer, parts: RoleParts): Router {
  const { log, time } = parts;
  const directory = parts.configuration.directoryOf(process);
  return new Router({
    rules: {
      subscribers: (tenantId, event) => directory.subscribers(tenantId, event),
      isKnownEvent: (_tenantId, event) => isKnownEvent(event),
      maxEventBytes: 100_000,
      randomDigits: () => DIGITS,
      sampledShare: 1,
    },
    producer,
    tail: deliveriesTail(log),
    topics: log.topics,
    now: () => time.nowMs,
    observer: {
      onRouted: () => {},
      onDeadLetter: (_reason, source, message) => parts.onDeadLetter(`${source} ${message}`),
    },
  });
}

export function senderOf(process: SimulatedProcess, producer: LogProducer, parts: RoleParts): Sender {
  const { log, time, configuration, endpoints } = parts;
  const directory = configuration.directoryOf(process);
  return new Sender({
    directory,
    profiles: { of: (state) => profileOf(state) },
    transport: endpoints.transport(process, ({ headers, body }) => {
      const state = stateOf(headers, configuration);
      return parts.onPost(process, { state, known: directory.get(state.id), body });
    }),
    disabler: configuration.disablerOf(process),
    producer,
    attemptsTail: log.memory.tailReader(log.topics.attempts),
    topics: log.topics,
    laneLimits: LANE_LIMITS,
    limits: LIMITS,
    now: () => time.nowMs,
    uptimeMs: () => time.nowMs,
    observer: {
      onFact: (fact) => parts.onFact(process, fact, directory.get(fact.webhookId)),
      onAttempt: () => {},
      onDeadLetter: (source, message) => parts.onDeadLetter(`${source} ${message}`),
      onConfigurationBehind: () => {},
      onUnknownKey: () => {},
      onDisableFailed: () => {},
    },
  });
}

export function schedulerOf(producer: LogProducer, { log, time, onDeadLetter }: RoleParts): Scheduler {
  return new Scheduler({
    producer,
    tail: deliveriesTail(log),
    topics: log.topics,
    maxHeld: 50,
    maxHeldBytes: 1_000_000,
    now: () => time.nowMs,
    observer: {
      onDelivered: () => {},
      onHopped: () => {},
      onTwin: () => {},
      onDeadLetter: (source, message) => onDeadLetter(`${source} ${message}`),
    },
  });
}

function deliveriesTail({ memory, topics, partitions }: SimulatedLog): KnownTail {
  const { deliveries: topic } = topics;
  const count = partitions.filter((of) => of.topic === topic).length;
  return new KnownTail({ reader: memory.tailReader(topic), topic, partitions: count });
}

/** The profile says which state it was made of, so that a POST can be traced back to it. */
function profileOf(state: WebhookState): SendProfile {
  const { origin, hostname } = new URL(state.url);
  return {
    endpoint: { ok: true, protocol: 'https:', hostname, port: 443, isIpLiteral: false, origin, path: '/' },
    headers: [state.id, String(state.version)],
    keys: [{ key: SIGNING_KEY, honouredUntilMs: null }],
    timeoutMs: state.timeoutMs,
    retryPolicy: state.retryPolicy,
  };
}

function stateOf([id = '', version]: readonly string[], configuration: SimulatedConfiguration): WebhookState {
  const state = configuration.histories.get(id)?.find((record) => record.version === Number(version));
  if (state === undefined || state.deleted) throw new BrokenInvariant('7', `${id} has no state ${version}`);
  return state;
}
