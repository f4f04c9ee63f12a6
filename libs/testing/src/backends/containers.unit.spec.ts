import { expect, it } from '@jest/globals';
import { kafkaContainerEnvironment } from './containers.ts';

it('tells clients to reach the broker in its container on the port of this machine', () => {
  const environment = kafkaContainerEnvironment(31_234);
  expect(environment['KAFKA_ADVERTISED_LISTENERS']).toBe('PLAINTEXT://127.0.0.1:31234');
  expect(environment['KAFKA_LISTENERS']).toContain('PLAINTEXT://0.0.0.0:9092');
});
