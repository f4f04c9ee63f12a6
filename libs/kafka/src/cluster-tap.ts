import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, Cluster, PartitionAssigner } from 'kafkajs';
import { asError, kafkaErrorType } from './errors.ts';
import type { PartitionPosition } from './log-record.ts';

/** A group's coordinator and our place in the group, as the last join was answered. */
export interface Membership {
  readonly coordinator: Broker;
  readonly memberId: string;
  readonly generationId: number;
}

/** One partition of an answered fetch, before kafkajs filters it. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly fetchOffset: number;
  /** Where a read-committed reader has to stop for now: the next offset, or the first open transaction. */
  readonly lastStableOffset: number;
  /** The whole answer brought nothing, for any partition. */
  readonly isAnswerEmpty: boolean;
}

export interface ClusterListener {
  onJoinAnswered(membership: Membership): void;
  /** The join is complete; its last request was sent at `askedAtMs` (of `performance.now()`). */
  onSyncAnswered?(askedAtMs: number): void;
  onHeartbeatAnswered?(askedAtMs: number): void;
  onFetched(fetched: FetchedPartition): void;
  /** The log does not have the offset asked for. What is returned goes to kafkajs instead of its own error. */
  onOutOfRange(asked: PartitionPosition, error: Error): Error;
}

interface JoinAnswer {
  readonly memberId: string;
  readonly generationId: number;
}

interface FetchAnswer {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly lastStableOffset?: string;
      readonly messages: readonly unknown[];
    }[];
  }[];
}

type FetchRequest = Parameters<Broker['fetch']>[0];
type JoinableBroker = Broker & {
  joinGroup(request: object): Promise<JoinAnswer>;
  syncGroup(request: object): Promise<unknown>;
  heartbeat(request: object): Promise<unknown>;
};

/** Before the next try to reach a broker that is away. */
const AWAY_PAUSE_MS = 200;
/** One may be of a connection that was closed while idle; so many tell that the coordinator is away. */
const HEARTBEATS_UNTIL_AWAY = 3;

/**
 * kafkajs hides what a consumer by position needs to know: the generation (to commit under it and no other), when an
 * answered heartbeat was sent (by a clock that nobody sets), the offset each fetch began at (batches of filtered records come without), empty answers (a hole at the log's end), and that it
 * overwrites the group's offset when a fetch is out of range. It does hand its cluster to the partition assigner. The
 * tap listens there, on `findBroker`, through which every broker of the consumer comes.
 *
 * Of a broker that is away kafkajs makes one more failure of all fetching, and of a coordinator that is away failed
 * heartbeats: half a minute later it gives up, long after others lead its partitions and coordinate the group. Here a broker
 * that is away holds its own fetcher alone, until the metadata no longer name it, and who has lost its coordinator joins again.
 */
export function tapCluster(cluster: Cluster, listener: ClusterListener): void {
  const tapped = new WeakSet<Broker>();
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (node) => {
    const broker = await findBroker(node).catch(async (cause: unknown) => {
      if (!isUnreachable(cause)) throw cause;
      await delay(AWAY_PAUSE_MS);
      throw lookAgain(cause);
    });
    if (!tapped.has(broker)) {
      tapped.add(broker);
      tapBroker(broker as JoinableBroker, listener);
    }
    return broker;
  };
}

function tapBroker(broker: JoinableBroker, listener: ClusterListener): void {
  const joinGroup = broker.joinGroup.bind(broker);
  const fetch = broker.fetch.bind(broker) as (request: FetchRequest) => Promise<FetchAnswer>;
  broker.joinGroup = async (request) => {
    const answer = await joinGroup(request).catch((cause: unknown) => {
      throw isComingUp(cause) ? joinAgain(cause) : cause;
    });
    const { memberId, generationId } = answer;
    listener.onJoinAnswered({ coordinator: broker, memberId, generationId });
    return answer;
  };
  const syncGroup = broker.syncGroup.bind(broker);
  broker.syncGroup = async (request) => {
    const askedAtMs = performance.now();
    // kafkajs would go on with the partitions of the last generation under the number of this one.
    const answer = await syncGroup(request).catch((cause: unknown) => {
      throw isUnreachable(cause) || isUnanswered(cause) ? joinAgain(cause) : cause;
    });
    listener.onSyncAnswered?.(askedAtMs);
    return answer;
  };
  const heartbeat = broker.heartbeat.bind(broker);
  let unreached = 0;
  broker.heartbeat = async (request) => {
    const askedAtMs = performance.now();
    const answer = await heartbeat(request).catch((cause: unknown) => {
      unreached = isUnreachable(cause) ? unreached + 1 : 0;
      if (unreached < HEARTBEATS_UNTIL_AWAY) throw cause;
      unreached = 0;
      throw joinAgain(cause);
    });
    unreached = 0;
    listener.onHeartbeatAnswered?.(askedAtMs);
    return answer;
  };
  broker.fetch = async (request: FetchRequest) => {
    try {
      const answer = await fetch(request);
      report(request, answer, listener);
      return answer;
    } catch (cause) {
      const { name, topic, partition } = cause as { name?: string; topic?: string; partition?: number };
      if (name !== 'KafkaJSOffsetOutOfRange' || topic === undefined || partition === undefined) throw cause;
      throw listener.onOutOfRange({ topic, partition, offset: askedOffset(request, topic, partition) }, asError(cause));
    }
  };
}

function askedOffset(request: FetchRequest, topic: string, partition: number): number {
  const asked = request.topics.find((of) => of.topic === topic)?.partitions.find((of) => of.partition === partition);
  return Number(asked?.fetchOffset);
}

/** A broker that has just started: it answers before its coordinators are loaded. */
function isComingUp(cause: unknown): boolean {
  const type = kafkaErrorType(cause);
  return type === 'GROUP_LOAD_IN_PROGRESS' || type === 'GROUP_COORDINATOR_NOT_AVAILABLE';
}

/** No connection came about, or it was closed. */
function isUnreachable(cause: unknown): boolean {
  const { name } = cause as { readonly name?: string };
  return name === 'KafkaJSConnectionError' || name === 'KafkaJSConnectionClosedError';
}

const isUnanswered = (cause: unknown): boolean =>
  (cause as { readonly name?: string }).name === 'KafkaJSRequestTimeoutError';

/** What kafkajs takes for a broker that its metadata do not name: it asks for them and goes on. */
function lookAgain(cause: unknown): Error {
  return Object.assign(new Error(asError(cause).message, { cause }), { name: 'KafkaJSBrokerNotFound' });
}

/** kafkajs gives up on these, and with them the process. What it takes for a rebalance it tries again. */
function joinAgain(cause: unknown): Error {
  return Object.assign(new Error(asError(cause).message, { cause }), { type: 'REBALANCE_IN_PROGRESS' });
}

function report(request: FetchRequest, answer: FetchAnswer, listener: ClusterListener): void {
  const isAnswerEmpty = answer.responses.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.length === 0),
  );
  const asked = new Map<string, string[]>();
  for (const { topic, partitions } of request.topics) {
    let offsets = asked.get(topic);
    if (offsets === undefined) asked.set(topic, (offsets = []));
    for (const { partition, fetchOffset } of partitions) offsets[partition] = fetchOffset;
  }
  for (const { topicName, partitions } of answer.responses) {
    for (const { partition, lastStableOffset } of partitions) {
      const fetchOffset = Number(asked.get(topicName)?.[partition]);
      const stable = Number(lastStableOffset ?? -1);
      listener.onFetched({ topic: topicName, partition, fetchOffset, lastStableOffset: stable, isAnswerEmpty });
    }
  }
}

/** The cluster of a kafkajs client, without joining a group: an assigner is made together with its consumer. */
export function clusterCatcher(): { readonly assigner: PartitionAssigner; readonly cluster: () => Cluster } {
  let caught: Cluster | undefined;
  return {
    assigner: ({ cluster }) => {
      caught = cluster;
      return {
        name: 'none',
        version: 0,
        assign: () => Promise.resolve([]),
        protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
      };
    },
    cluster: () => {
      if (caught === undefined) throw new Error('kafkajs made no assigner');
      return caught;
    },
  };
}
