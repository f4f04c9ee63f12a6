import type { KafkaMessage } from 'kafkajs';
import internals from 'kafkajs/src/protocol/requests/index.js';
import { readFetchAnswer } from './fetch-answer.ts';
import type { LogRecord } from './log-record.ts';

/**
 * kafkajs decodes a record field by field into objects of its own, knows of the codecs gzip alone, and gives up on a batch
 * that it cannot read, for ever. Answers to fetches are decoded here instead, into records as this library hands them on.
 */
const { Fetch } = internals.requests;
const VERSION = 11;
const protocol = Fetch.protocol;

Fetch.protocol = ({ version }) => {
  if (version !== VERSION) throw new Error(`the broker fetches by version ${version}; Kafka 2.3 or later is needed`);
  const make = protocol({ version });
  return (request) => {
    const made = make(request);
    const decode = (bytes: Buffer): Promise<unknown> => Promise.resolve(readFetchAnswer(bytes, request.topics));
    return { ...made, response: { ...made.response, decode } };
  };
};

/** What kafkajs takes for its messages. It counts with their offsets as with any number. */
export const recordsOf = (messages: readonly KafkaMessage[]): readonly LogRecord[] =>
  messages as readonly unknown[] as readonly LogRecord[];
