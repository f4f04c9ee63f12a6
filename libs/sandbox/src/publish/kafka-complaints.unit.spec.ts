import { expect, it } from '@jest/globals';
import { kafkaComplaints } from './kafka-complaints.ts';

it('says what the Kafka client warns of, and the same only once', () => {
  const lines: string[] = [];
  const logger = kafkaComplaints((line) => lines.push(line));
  const away = { client_message: 'Connection error', client_error: 'connect ECONNREFUSED 127.0.0.1:9092' };
  logger.warn(away, 'kafka.client_logged');
  logger.warn(away, 'kafka.client_logged');
  logger.info({}, 'kafka.connected');
  logger.error({ err: new Error('no answer') }, 'kafka.producer_not_connected');
  expect(lines).toEqual([
    'Kafka: Connection error: connect ECONNREFUSED 127.0.0.1:9092',
    'Kafka: kafka.producer_not_connected: no answer',
  ]);
});
