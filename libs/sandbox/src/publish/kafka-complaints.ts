import type { KafkaLogger } from '@signalbox/kafka';
import { RepetitionFilter } from '../supervisor/repetition-filter.ts';

interface Complaint {
  readonly client_message?: string;
  readonly client_error?: string;
  readonly err?: Error;
}

/**
 * Says in a line what the Kafka client warns of, the same thing once in half a minute: a producer tries for ever, and
 * whoever waits for it must see why.
 */
export function kafkaComplaints(say: (line: string) => void): KafkaLogger {
  const filter = new RepetitionFilter();
  const complain = (fields: object, message: string): void => {
    const { client_message: what = message, client_error, err } = fields as Complaint;
    const why = client_error ?? err?.message;
    const line = filter.pass(why === undefined ? `Kafka: ${what}` : `Kafka: ${what}: ${why}`, performance.now());
    if (line !== undefined) say(line);
  };
  return { debug: () => {}, info: () => {}, warn: complain, error: complain, isLevelEnabled: () => false };
}
