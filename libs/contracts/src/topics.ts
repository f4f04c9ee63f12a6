/**
 * The logs of the system: their names, their settings and the consumer groups that read them. One place, so that the
 * command that makes them, the services that use them and the tests cannot disagree.
 */

/** A wait in Kafka: a record in `retries.<name>` is looked at again exactly `delayMs` after its append time. */
export interface RetryTier {
  readonly name: string;
  readonly delayMs: number;
}

/** Ascending by delay. Tier 0 and the last 5 s of any wait are held in the scheduler's memory. */
export const RETRY_TIERS = [
  { name: '0', delayMs: 0 },
  { name: '5s', delayMs: 5_000 },
  { name: '30s', delayMs: 30_000 },
  { name: '2m', delayMs: 120_000 },
  { name: '10m', delayMs: 600_000 },
  { name: '30m', delayMs: 1_800_000 },
  { name: '2h', delayMs: 7_200_000 },
  { name: '8h', delayMs: 28_800_000 },
] as const satisfies readonly RetryTier[];

/** Index in {@link RETRY_TIERS} of the largest tier that fits into the remaining wait; 0 when none does. */
export function retryTierFor(remainingMs: number): number {
  let index = RETRY_TIERS.length - 1;
  while (index > 0 && (RETRY_TIERS[index]?.delayMs ?? 0) > remainingMs) index--;
  return index;
}

export interface TopicNames {
  /** Upstream's topics, configured by their full names. */
  readonly authEvents: readonly string[];
  readonly webhooks: string;
  /** Operators' own event types. */
  readonly eventTypes: string;
  readonly deliveries: string;
  /** One for each of {@link RETRY_TIERS}, in its order. */
  readonly retries: readonly string[];
  readonly attempts: string;
  readonly deadLetters: string;
  readonly operations: string;
}

/** Names of all topics. `prefix` goes before our own topics only, e.g. `signalbox.` → `signalbox.deliveries`. */
export function topicNames(options: { readonly prefix: string; readonly authEvents: readonly string[] }): TopicNames {
  const own = (name: string): string => `${options.prefix}${name}`;
  return {
    authEvents: options.authEvents,
    webhooks: own('webhooks'),
    eventTypes: own('event-types'),
    deliveries: own('deliveries'),
    retries: RETRY_TIERS.map((tier) => own(`retries.${tier.name}`)),
    attempts: own('attempts'),
    deadLetters: own('dead-letters'),
    operations: own('operations'),
  };
}

/** The prefix that the names were made with; consumer groups have the same. */
export const topicPrefixOf = ({ deliveries }: Pick<TopicNames, 'deliveries'>): string =>
  deliveries.slice(0, -'deliveries'.length);

export interface GroupNames {
  readonly router: string;
  readonly sender: string;
  readonly scheduler: string;
  readonly projector: string;
  /** Monitoring's, which lists the dead letters. */
  readonly deadLetters: string;
}

/** Consumer groups that commit offsets; readers of `webhooks` and of tails use random groups and commit nothing. */
export function groupNames(prefix: string): GroupNames {
  return {
    router: `${prefix}router`,
    sender: `${prefix}sender`,
    scheduler: `${prefix}scheduler`,
    projector: `${prefix}projector`,
    deadLetters: `${prefix}dead-letters`,
  };
}

export interface TopicLayout {
  /** Partitions of `deliveries` and of `attempts`, which must be equal: a fact lies in its delivery's partition. */
  readonly partitions: number;
  readonly retryPartitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
}

export const PRODUCTION_LAYOUT: TopicLayout = {
  partitions: 24,
  retryPartitions: 6,
  replicationFactor: 3,
  minInsyncReplicas: 2,
};

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;

const kept = (days: number): Record<string, string> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(days * DAY_MS),
});

/**
 * What each of our own topics must be like; upstream's are made in the sandbox only.
 * LogAppendTime makes a tier's head always the next due, whatever the clocks of the senders say.
 */
export function topicSpecs(names: TopicNames, layout: TopicLayout): readonly TopicSpec[] {
  const spec = (name: string, partitions: number, config: Record<string, string>): TopicSpec => ({
    name,
    partitions,
    replicationFactor: layout.replicationFactor,
    config: {
      'message.timestamp.type': 'LogAppendTime',
      'min.insync.replicas': String(layout.minInsyncReplicas),
      'max.message.bytes': String(1024 * 1024),
      ...config,
    },
  });
  return [
    spec(names.webhooks, 1, { 'cleanup.policy': 'compact', 'retention.ms': '-1' }),
    spec(names.eventTypes, 1, { 'cleanup.policy': 'compact', 'retention.ms': '-1' }),
    spec(names.deliveries, layout.partitions, kept(14)),
    ...names.retries.map((name) => spec(name, layout.retryPartitions, kept(14))),
    spec(names.attempts, layout.partitions, kept(8)),
    spec(names.deadLetters, 1, kept(30)),
    spec(names.operations, 1, kept(30)),
  ];
}
