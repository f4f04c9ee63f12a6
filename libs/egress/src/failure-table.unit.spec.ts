import { describe, expect, it } from '@jest/globals';
import type { Stage } from './failure-table.ts';
import { failureOf, tunnelRefusal } from './failure-table.ts';

const failing = (code: string, stage: Stage = 'exchange') =>
  failureOf(Object.assign(new Error('text'), { code }), stage);

describe('what an error of the network means', () => {
  it.each([
    ['ECONNREFUSED', 'connect', 'connect'],
    ['EHOSTUNREACH', 'connect', 'connect'],
    ['ETIMEDOUT', 'connect', 'timeout'],
    ['ECONNRESET', 'exchange', 'reset'],
    ['ECONNRESET', 'tls', 'tls'],
    ['EPIPE', 'exchange', 'reset'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'exchange', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls', 'tls'],
    ['SOMETHING_NEW', 'connect', 'connect'],
    ['SOMETHING_NEW', 'tls', 'tls'],
    ['SOMETHING_NEW', 'exchange', 'reset'],
    ['constructor', 'exchange', 'reset'],
  ] as const)('%s while in %s is %s, charged to the endpoint', (code, stage, errorClass) => {
    expect(failing(code, stage)).toMatchObject({
      errorClass,
      isOwnFault: false,
      message: expect.stringContaining(code),
    });
  });

  it.each(['EMFILE', 'EADDRNOTAVAIL', 'ENETDOWN', 'ENOMEM'])('%s is our own fault', (code) => {
    expect(failing(code, 'connect').isOwnFault).toBe(true);
    expect(failing(code, 'tls').isOwnFault).toBe(true);
  });

  it.each([
    [300, 'connect', true],
    [400, 'connect', true],
    [403, 'refused-address', false],
    [405, 'connect', true],
    [407, 'connect', true],
    [429, 'connect', true],
    [500, 'connect', false],
    [502, 'connect', false],
    [503, 'connect', false],
    [504, 'connect', false],
  ] as const)('a forward proxy that answers %i: %s, own fault %s', (status, errorClass, isOwnFault) => {
    expect(tunnelRefusal(status)).toEqual({ errorClass, isOwnFault, message: expect.stringContaining(String(status)) });
  });

  it('is told without a code too, and never by the text', () => {
    expect(failureOf(new Error('ECONNREFUSED'), 'exchange')).toEqual({
      errorClass: 'reset',
      message: 'the exchange broke off',
      isOwnFault: false,
    });
    expect(failureOf(undefined, 'connect').errorClass).toBe('connect');
  });
});
