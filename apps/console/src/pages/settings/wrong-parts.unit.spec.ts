import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../api/api-error.ts';
import { markedParts, refusedParts } from './wrong-parts.ts';

const refusal = (...fields: readonly string[]): ApiError =>
  new ApiError(
    'invalid',
    400,
    'guard.invalid_input',
    'no',
    fields.map((field) => ({ field })),
  );

describe('what is wrong with the settings', () => {
  it('is named by the parts that people know, in the order of the page', () => {
    expect(markedParts({ timeoutSeconds: {}, headers: [], delays: {}, maxAgeHours: {} })).toEqual([
      'headers',
      'retries',
      'timeout',
    ]);
    expect(refusedParts(refusal('config.timeoutMs', 'events[2]', 'config.headers.x-key', 'events[3]'))).toEqual([
      'events',
      'headers',
      'timeout',
    ]);
  });

  it.each([['config.headers'], ['config.ed25519'], ['of tomorrow']])(
    'is said as a whole where a refusal has no field to stand at: %s',
    (field) => {
      expect(refusedParts(refusal('name', field))).toEqual([]);
      expect(refusedParts(refusal())).toEqual([]);
    },
  );
});
