import { BytesReader } from './bytes-reader.ts';
import { readRecordBatches, type FetchedRecord } from './record-batch.ts';

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
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly FetchedRecord[];
}

/** An answer to a fetch of version 11: https://kafka.apache.org/protocol#The_Messages_Fetch */
export function readFetchAnswer(bytes: Buffer): FetchAnswer {
  const reader = new BytesReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses = reader.array(() => readTopic(reader));
  // The client is asked to wait for this long; the broker has not done it itself.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function readTopic(reader: BytesReader): FetchedTopic {
  const topicName = reader.string();
  return { topicName, partitions: reader.array(() => readPartition(topicName, reader)) };
}

function readPartition(topic: string, reader: BytesReader): FetchedPartition {
  const partition = reader.int32();
  return {
    partition,
    errorCode: reader.int16(),
    highWatermark: String(reader.int64()),
    lastStableOffset: String(reader.int64()),
    lastStartOffset: String(reader.int64()),
    abortedTransactions: reader.array(() => ({
      producerId: String(reader.int64()),
      firstOffset: String(reader.int64()),
    })),
    preferredReadReplica: reader.int32(),
    messages: readMessages(topic, partition, reader),
  };
}

function readMessages(topic: string, partition: number, reader: BytesReader): FetchedRecord[] {
  const length = reader.int32();
  if (length <= 0) return [];
  return readRecordBatches(topic, partition, reader.slice(length));
}
