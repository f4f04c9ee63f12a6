import type { KafkaMessage } from 'kafkajs';
import type { LogRecord } from './log-record.ts';
import { UnreadHeaders } from './record-headers.ts';

/** A new object of one shape: kafkajs's drags its batch's context along. */
export function toRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
  const headers: object = message.headers ?? {};
  const isUnread = headers instanceof UnreadHeaders;
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: isUnread ? {} : (headers as LogRecord['headers']),
    headerFault: isUnread ? headers.fault : undefined,
  };
}
