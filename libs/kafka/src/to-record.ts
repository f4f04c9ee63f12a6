import type { KafkaMessage } from 'kafkajs';
import type { LogRecord } from './log-record.ts';

/** A new object of one shape: kafkajs's drags its batch's context along. */
export const toRecord = (topic: string, partition: number, message: KafkaMessage): LogRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  timestampMs: Number(message.timestamp),
  key: message.key,
  value: message.value,
  headers: message.headers ?? {},
});
