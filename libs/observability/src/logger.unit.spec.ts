import { describe, expect, it } from '@jest/globals';
import { announceReady } from './announce-ready.ts';
import type { LogLevel } from './logger.ts';
import { createLogger } from './logger.ts';

function recording(level: LogLevel = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { logger: createLogger({ service: 'sender', level, destination }), lines };
}

describe('logger', () => {
  it('writes one JSON object a line with the level by name and the service', () => {
    const { logger, lines } = recording();
    logger.info({ delivery_id: 'd1' }, 'delivery.attempted');
    expect(lines).toMatchObject([{ level: 'info', service: 'sender', delivery_id: 'd1', msg: 'delivery.attempted' }]);
  });

  it('masks credentials, keys and header values up to two levels deep', () => {
    const { logger, lines } = recording();
    logger.info(
      {
        authorization: 'Bearer s3cret',
        headers: { 'x-token': 's3cret' },
        webhook: { signingKey: 's3cret', config: { headers: { 'x-token': 's3cret' } } },
        request: { headers: { authorization: 's3cret' } },
      },
      'webhook.created',
    );
    expect(JSON.stringify(lines)).not.toContain('s3cret');
    expect(lines).toHaveLength(1);
  });

  it('tells of an error what it is and why, and nothing that a library put on it', () => {
    const { logger, lines } = recording();
    const cause = Object.assign(new Error('disk full'), { code: '53100', detail: 's3cret' });
    logger.error({ err: Object.assign(new Error('query failed', { cause }), { parameters: ['s3cret'] }) }, 'failed');
    expect(lines).toMatchObject([
      { err: { type: 'Error', message: 'query failed', cause: { message: 'disk full', code: '53100' } } },
    ]);
    expect(JSON.stringify(lines)).not.toContain('s3cret');
  });

  it('announces readiness whatever the log level', () => {
    const { logger, lines } = recording('fatal');
    announceReady(logger, { opsUrl: 'http://127.0.0.1:1', grpcUrl: '127.0.0.1:2' });
    expect(lines).toMatchObject([
      { msg: 'service.ready', service: 'sender', ops_url: 'http://127.0.0.1:1', grpc_url: '127.0.0.1:2' },
    ]);
    expect(lines[0]).not.toHaveProperty('http_url');
  });
});
