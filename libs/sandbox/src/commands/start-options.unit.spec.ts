import { describe, expect, it } from '@jest/globals';
import { startOptions } from './start-options.ts';

describe('the environment of npm start', () => {
  it('asks for nothing by default: Kafka and Postgres of its own, free ports, a process for each role', () => {
    const options = startOptions({ PATH: '/bin' });
    expect(options).not.toHaveProperty('kafkaBrokers');
    expect(options).not.toHaveProperty('databaseUrl');
    expect(options.ports).toEqual({});
    expect(options.topics?.layout).toEqual({});
    expect(options.services).toContain('dispatcher-sender');
  });

  it("names the operator's own Kafka and Postgres, and hands the Kafka settings on to the services", () => {
    const options = startOptions({
      KAFKA_BROKERS: 'kafka.example.com:9092',
      KAFKA_SASL_MECHANISM: 'plain',
      DATABASE_URL: 'postgres://u:p@db.example.com/signalbox',
    });
    expect(options.kafkaBrokers).toBe('kafka.example.com:9092');
    expect(options.databaseUrl).toBe('postgres://u:p@db.example.com/signalbox');
    expect(options.env).toEqual({ KAFKA_BROKERS: 'kafka.example.com:9092', KAFKA_SASL_MECHANISM: 'plain' });
  });

  it('leaves credentials of another Kafka out when it starts its own', () => {
    expect(startOptions({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_TLS: 'true', LOG_LEVEL: 'warn' }).env).toEqual({
      LOG_LEVEL: 'warn',
    });
  });

  it('keeps ports with the variable that asks for them, and does not give one to every service', () => {
    const options = startOptions({ HTTP_PORT: '8080', SIGNALBOX_KAFKA_PORT: '9092' });
    expect(options.ports).toEqual({
      http: { port: 8080, by: 'HTTP_PORT' },
      kafka: { port: 9092, by: 'SIGNALBOX_KAFKA_PORT' },
    });
    expect(options.env).toEqual({});
  });

  it('runs all roles of the dispatcher in one process where it is asked to', () => {
    expect(startOptions({ SIGNALBOX_DISPATCHER: 'one' }).services).toEqual([
      'monitoring',
      'config-service',
      'dispatcher',
    ]);
  });

  it('names every fault at once', () => {
    expect(() => startOptions({ HTTP_PORT: 'eighty', TOPIC_PARTITIONS: '0' })).toThrow(
      /HTTP_PORT[^]*TOPIC_PARTITIONS|TOPIC_PARTITIONS[^]*HTTP_PORT/,
    );
  });
});
