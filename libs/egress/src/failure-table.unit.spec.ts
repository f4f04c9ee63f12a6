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
    [300, 'opens no tunnel', true],
    [400, 'no connection', false],
    [403, 'not permit connections to this host', false],
    [405, 'no connection', false],
    [407, 'not permit connections to this host', false],
    [429, 'opens no tunnel', true],
    [500, 'no connection', false],
    [502, 'no connection', false],
    [503, 'no connection', false],
    [504, 'no connection', false],
  ] as const)(
    'a forward proxy that answers %i while it reaches others: %s, own fault %s',
    (status, says, isOwnFault) => {
      const message = expect.stringMatching(new RegExp(`${says}.* \\(the forward proxy answered ${status}\\)$`));
      expect(tunnelRefusal(status, true)).toEqual({ errorClass: 'connect', isOwnFault, message });
      expect(tunnelRefusal(status, false)).toMatchObject({ errorClass: 'connect', isOwnFault: true });
    },
  );

  it('is told without a code too, and never by the text', () => {
    expect(failureOf(new Error('ECONNREFUSED'), 'exchange')).toEqual({
      errorClass: 'reset',
      message: 'the exchange broke off',
      isOwnFault: false,
    });
    expect(failureOf(undefined, 'connect').errorClass).toBe('connect');
  });
});
