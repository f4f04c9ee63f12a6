import { describe, expect, it } from '@jest/globals';
import { SignalboxError } from '../../../errors/signalbox-error.ts';
import type { Refusal } from '../../application/webhook-outcome.ts';
import { errorOfRefusal } from './refusal-error.ts';
import { pageWindowOf } from './page-window.ts';

describe('a refused write', () => {
  it.each<[Refusal, string]>([
    [{ kind: 'not-found' }, 'entity.not_found'],
    [{ kind: 'invalid-input', faults: [] }, 'guard.invalid_input'],
    [{ kind: 'unknown-events' }, 'guard.invalid_input'],
    [{ kind: 'missing-events' }, 'hook.missing_events'],
    [{ kind: 'nothing-to-change' }, 'entity.invalid_input'],
    [{ kind: 'version-mismatch', version: 3 }, 'entity.version_mismatch'],
    [{ kind: 'already-exists' }, 'entity.conflict'],
    [{ kind: 'conflict' }, 'entity.conflict'],
  ])('%j is answered with %s', (refusal, code) => {
    expect(errorOfRefusal(refusal, 'id', 'entity.not_found').code).toBe(code);
  });
});

describe('pagination', () => {
  it('is off unless it is asked for, and has defaults for what is left out', () => {
    expect(pageWindowOf({})).toBeUndefined();
    expect(pageWindowOf({ page: '3' })).toEqual({ page: 3, pageSize: 20, offset: 40, limit: 20 });
    expect(pageWindowOf({ page_size: '100' })).toEqual({ page: 1, pageSize: 100, offset: 0, limit: 100 });
  });

  it.each([
    { page: '0' },
    { page: '-1' },
    { page: '1.5' },
    { page: 'x' },
    { page: '' },
    { page: ['1', '2'] },
    { page: '99999999999999999999' },
    { page_size: '0' },
    { page_size: '101' },
    { page: '1', page_size: 'all' },
  ])('refuses %j', (query) => {
    expect(() => pageWindowOf(query)).toThrow(expect.objectContaining({ code: 'guard.invalid_pagination' }));
    expect(() => pageWindowOf(query)).toThrow(SignalboxError);
  });
});
