import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.ts';
import { Counter, createRegistry, metricName } from './metrics.ts';
import type { OpsListener } from './ops-listener.ts';
import { startOpsListener } from './ops-listener.ts';
import type { ReadinessCheck } from './readiness-check.ts';

describe('ops listener', () => {
  let listener: OpsListener | undefined;
  afterEach(async () => listener?.close());

  const start = async (checks: readonly ReadinessCheck[] = [], registry = createRegistry()): Promise<string> => {
    listener = await startOpsListener({ checks, registry, logger: createLogger({ service: 'test', level: 'fatal' }) });
    return listener.url;
  };

  it('serves the metrics of the process and those of the service in the text format', async () => {
    const registry = createRegistry();
    const name = metricName('config-service', 'webhooks_created', 'total');
    new Counter({ name, help: 'webhooks created', registers: [registry] }).inc(3);
    const answer = await fetch(`${await start([], registry)}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('signalbox_config_service_webhooks_created_total 3');
    for (const measured of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_seconds',
    ]) {
      expect(text).toContain(measured);
    }
  });

  it('is ready when every check is', async () => {
    const answer = await fetch(`${await start([{ name: 'postgres', reasonNotReady: () => null }])}/health/ready`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'ok', info: { postgres: { status: 'up' } } });
  });

  it('names what is not ready and why, and stays live', async () => {
    const url = await start([
      { name: 'postgres', reasonNotReady: () => null },
      { name: 'projector', reasonNotReady: () => 'no partition is located yet' },
      {
        name: 'kafka',
        reasonNotReady: () => {
          throw new Error('connection refused');
        },
      },
    ]);
    const answer = await fetch(`${url}/health/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      status: 'error',
      error: { projector: { message: 'no partition is located yet' }, kafka: { message: 'connection refused' } },
    });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });
});
