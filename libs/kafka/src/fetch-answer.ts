import { BytesReader } from './bytes-reader.ts';
import type { AbortedTransaction } from './aborted-transactions.ts';
import { beginningAt, readRecordBatches, unreadable, type FetchedRecord } from './record-batch.ts';
import { UnfoldingBudget } from './unfolding-budget.ts';

/** As kafkajs has it: 64-bit numbers are texts. */
export interface FetchAnswer {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly FetchedTopic[];
}

interface FetchedTopic {
  readonly topicName: string;
  readonly partitions: readonly FetchedPartition[];
}

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  /** None for kafkajs to look for: what was aborted is told apart here. */
  readonly abortedTransactions: readonly [];
  readonly preferredReadReplica: number;
  readonly messages: readonly FetchedRecord[];
}

/** From where a fetch reads. */
export interface AskedTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string | number }[];
}

/**
 * An answer to a fetch of version 11: https://kafka.apache.org/protocol#The_Messages_Fetch
 *
 * @param asked what the fetch was for.
 */
export function readFetchAnswer(bytes: Buffer, asked: readonly AskedTopic[] = []): FetchAnswer {
  const reader = new BytesReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const budget = new UnfoldingBudget();
  const read = reader.array(() => readTopic(reader, budget));
  faultFirstCutOff(read);
  bringFaultsInSight(read, asked);
  const responses = read.map(({ topicName, partitions }) => ({
    topicName,
    // One that has to wait for the next fetch is left out, as if nothing had been told of it.
    partitions: partitions.flatMap(({ told, isPutOff }) => (isPutOff ? [] : [told])),
  }));
  // The client is asked to wait for this long; the broker has not done it itself.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

interface ReadTopic {
  readonly topicName: string;
  readonly partitions: readonly ReadPartition[];
}

interface ReadPartition {
  readonly told: FetchedPartition;
  readonly messages: FetchedRecord[];
  /** Where its first batch begins, when that is not there as a whole. */
  readonly cutOffAt: number | undefined;
  /** Nothing of it could be unfolded any more. */
  readonly isPutOff: boolean;
}

function readTopic(reader: BytesReader, budget: UnfoldingBudget): ReadTopic {
  const topicName = reader.string();
  return { topicName, partitions: reader.array(() => readPartition(topicName, reader, budget)) };
}

function readPartition(topic: string, reader: BytesReader, budget: UnfoldingBudget): ReadPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = String(reader.int64());
  const lastStableOffset = String(reader.int64());
  const lastStartOffset = String(reader.int64());
  const aborted: AbortedTransaction[] = reader.array(() => ({
    producerId: reader.int64(),
    firstOffset: reader.int64(),
  }));
  const preferredReadReplica = reader.int32();
  const length = reader.int32();
  const bytes = length > 0 ? reader.slice(length) : NO_BYTES;
  const { records: messages, cutOffAt, isPutOff } = readRecordBatches({ topic, partition, bytes, aborted, budget });
  const told = {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    lastStartOffset,
    abortedTransactions: NONE_ABORTED,
    preferredReadReplica,
    messages,
  };
  return { told, messages, cutOffAt, isPutOff };
}

const NO_BYTES = Buffer.alloc(0);
const NONE_ABORTED: readonly [] = [];

/**
 * A fetch that begins in the middle of a batch gets all of it, and kafkajs leaves out what lies before the offset it asked
 * for: a fault at such a batch's beginning would be seen by nobody, and the batch passed in silence.
 */
function bringFaultsInSight(topics: readonly ReadTopic[], asked: readonly AskedTopic[]): void {
  for (const { topicName, partitions } of topics) {
    for (const { told, messages } of partitions) {
      const [first] = messages;
      if (first?.fault?.kind !== 'batch') continue;
      const { partition } = told;
      const from = asked
        .find(({ topic }) => topic === topicName)
        ?.partitions.find((one) => one.partition === partition);
      const fromOffset = Number(from?.fetchOffset ?? 0);
      if (first.offset >= fromOffset) continue;
      messages[0] = unreadable({ topic: topicName, partition }, fromOffset, first.timestampMs, first.fault.message);
    }
  }
}

/**
 * A broker sends the first batch of the first partition that has any as a whole, however large. Where nothing is whole, that
 * batch's length is wrong, and would be asked for again for ever.
 */
function faultFirstCutOff(topics: readonly ReadTopic[]): void {
  for (const { topicName, partitions } of topics) {
    for (const { told, messages, cutOffAt } of partitions) {
      if (messages.length > 0) return;
      if (cutOffAt === undefined) continue;
      messages.push(
        unreadable(
          { topic: topicName, partition: told.partition },
          cutOffAt,
          0,
          beginningAt(cutOffAt, 'its length is wrong'),
        ),
      );
      return;
    }
  }
}
