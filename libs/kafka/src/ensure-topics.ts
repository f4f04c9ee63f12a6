import kafkajs, { type Admin, type ITopicMetadata } from 'kafkajs';
import type { TopicSpec } from '@signalbox/contracts';
import { clusterCatcher } from './cluster-tap.ts';
import { createClient, type KafkaConnection } from './connection.ts';
import { asError, kafkaErrorType } from './errors.ts';
import { waitForTopics } from './topic-readiness.ts';

export interface EnsuredTopics {
  readonly created: readonly string[];
  readonly checked: readonly string[];
}

/** What is wrong with the topics, all at once, each fault a sentence saying what would be right. */
export class TopicFaultsError extends Error {
  override readonly name = 'TopicFaultsError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the topics are not as they must be:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Makes the topics that are missing and checks those that are there: partitions, replication and settings. Changes
 * nothing that exists. Throws {@link TopicFaultsError}.
 */
export async function ensureTopics(connection: KafkaConnection, specs: readonly TopicSpec[]): Promise<EnsuredTopics> {
  const admin = createClient(connection).admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter(({ name }) => !existing.has(name));
    const faults = await create(admin, missing);
    const present = specs.filter(({ name }) => existing.has(name));
    faults.push(...(await check(admin, present)));
    if (faults.length > 0) throw new TopicFaultsError(faults);
    if (missing.length > 0) await waitForAll(connection, missing);
    return { created: missing.map(({ name }) => name), checked: present.map(({ name }) => name) };
  } finally {
    await admin.disconnect();
  }
}

async function waitForAll(connection: KafkaConnection, specs: readonly TopicSpec[]): Promise<void> {
  const catcher = clusterCatcher();
  const client = createClient(connection).consumer({ groupId: 'none', partitionAssigners: [catcher.assigner] });
  await client.connect();
  try {
    await waitForTopics(
      catcher.cluster(),
      specs.map(({ name }) => name),
    );
  } finally {
    await client.disconnect();
  }
}

async function create(admin: Admin, specs: readonly TopicSpec[]): Promise<string[]> {
  if (specs.length === 0) return [];
  const topics = specs.map(({ name, partitions, replicationFactor, config }) => ({
    topic: name,
    numPartitions: partitions,
    replicationFactor,
    configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
  }));
  try {
    await admin.createTopics({ topics, waitForLeaders: false, timeout: 30_000 });
  } catch (cause) {
    return describeCreateErrors(cause);
  }
  return [];
}

function describeCreateErrors(cause: unknown): string[] {
  const { errors } = cause as { errors?: readonly unknown[] };
  const faults = (errors ?? [cause]).flatMap((error): string[] => {
    // Somebody else made it meanwhile; the next check says whether it is right.
    if (kafkaErrorType(error) === 'TOPIC_ALREADY_EXISTS') return [];
    const { topic } = error as { topic?: string };
    return [`${topic ?? 'a topic'} could not be made: ${reasonOf(error)}`];
  });
  return faults;
}

const reasonOf = (error: unknown): string =>
  kafkaErrorType(error) === 'INVALID_REPLICATION_FACTOR'
    ? 'the cluster has fewer brokers than copies are wanted (TOPIC_REPLICATION)'
    : asError(error).message;

async function check(admin: Admin, specs: readonly TopicSpec[]): Promise<string[]> {
  if (specs.length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ name }) => name) });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map(({ name, config }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: Object.keys(config),
    })),
  });
  return specs.flatMap((spec) => {
    const topic = topics.find(({ name }) => name === spec.name);
    const resource = resources.find(({ resourceName }) => resourceName === spec.name);
    const settings = new Map(resource?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    return [...checkPartitions(spec, topic), ...checkSettings(spec, settings)];
  });
}

function checkPartitions(spec: TopicSpec, topic: ITopicMetadata | undefined): string[] {
  if (topic === undefined) return [`${spec.name} is listed, but the cluster does not describe it: try again`];
  const faults: string[] = [];
  const count = topic.partitions.length;
  if (count !== spec.partitions) {
    faults.push(`${spec.name} has ${count} partitions and must have ${spec.partitions}: set the count or make it anew`);
  }
  const copies = Math.min(...topic.partitions.map(({ replicas }) => replicas.length));
  if (copies < spec.replicationFactor) {
    faults.push(
      `${spec.name} has ${copies} copies of a partition and must have ${spec.replicationFactor}: reassign it`,
    );
  }
  return faults;
}

function checkSettings(spec: TopicSpec, settings: ReadonlyMap<string, string>): string[] {
  return Object.entries(spec.config)
    .filter(([name, value]) => settings.get(name) !== value)
    .map(([name, value]) => `${spec.name} has ${name}=${settings.get(name) ?? '(nothing)'} and must have ${value}`);
}
