import { describe, expect, it } from '@jest/globals';
import { answerTo } from './error-body.ts';
import { RPC_STATUS_OF } from './error-code.ts';
import type { ErrorCode } from './error-code.ts';
import { SignalboxError, invalidInput } from './signalbox-error.ts';

describe('the table of errors', () => {
  // Written from contract.md section 5, which is the oracle.
  const CONTRACT: readonly (readonly [ErrorCode, number])[] = [
    ['guard.invalid_pagination', 400],
    ['guard.invalid_input', 400],
    ['hook.missing_events', 400],
    ['auth.unauthorized', 401],
    ['auth.forbidden', 403],
    ['entity.not_exists_with_id', 404],
    ['entity.not_exists', 404],
    ['entity.not_found', 404],
    ['entity.conflict', 409],
    ['entity.version_mismatch', 412],
    ['guard.payload_too_large', 413],
    ['guard.unsupported_media_type', 415],
    ['entity.invalid_input', 422],
    ['request.idempotency_mismatch', 422],
    ['hook.endpoint_responded_with_error', 422],
    ['hook.send_test_payload_failed', 422],
    ['guard.rate_limited', 429],
    ['service.unavailable', 503],
    ['config.database_behind', 503],
  ];

  it.each(CONTRACT)('answers %s with %i', (code, status) => {
    expect(answerTo(new SignalboxError(code, 'why')).httpStatus).toBe(status);
  });

  it('calls nothing of the caller a fault of ours', () => {
    const faults = Object.keys(RPC_STATUS_OF).filter(
      (code) => answerTo(new SignalboxError(code as ErrorCode, '')).isFault,
    );
    expect(faults.toSorted()).toEqual(['config.database_behind', 'server.internal_error', 'service.unavailable']);
  });
});

describe('the answer to an error', () => {
  it('names every wrong field in its message', () => {
    const error = invalidInput([
      { field: 'name', why: 'is null', expected: 'a text' },
      { field: 'config.url', why: 'url is no absolute URL', rule: 'not-a-url' },
    ]);
    expect(answerTo(error).body).toEqual({
      code: 'guard.invalid_input',
      message: 'name: is null; expected a text. config.url: url is no absolute URL',
      details: [
        { field: 'name', why: 'is null', expected: 'a text' },
        { field: 'config.url', why: 'url is no absolute URL', rule: 'not-a-url' },
      ],
    });
  });

  it('says nothing of what went wrong inside', () => {
    expect(answerTo(new TypeError('password is hunter2')).body).toEqual({
      code: 'server.internal_error',
      message: 'Something went wrong on our side',
    });
    expect(answerTo(undefined).httpStatus).toBe(500);
  });

  it('is 503 with a time to come back while the database is away', () => {
    const error = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(answerTo(error)).toMatchObject({ httpStatus: 503, retryAfterSeconds: 2, rpcStatus: 'UNAVAILABLE' });
  });
});
