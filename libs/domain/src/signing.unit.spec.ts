import { describe, expect, it } from '@jest/globals';
import { createHmac, generateKeyPairSync, verify } from 'node:crypto';
import { logtoSignature, signingKeyOf, standardSignatures, standardWebhooksSecret } from './signing.ts';

describe('signing', () => {
  it.each([
    ['{"bar":"bar","foo":"foo"}', '436958f1dbfefab37712fb3927760490fbf7757da8c0b2306ee7b485f0360eee'],
    ['{}', 'c76356efa19d219d1d7e08ccb20b1d26db53b143156f406c99dcb8e0876d6c55'],
  ])('signs %s with key foo as the contract says', (body, expected) => {
    expect(logtoSignature(signingKeyOf('foo'), Buffer.from(body))).toBe(expected);
  });

  it('signs id, timestamp and body with every key in force, the newest first', () => {
    const body = Buffer.from('{"a":1}');
    const expected = ['new', 'old'].map(
      (key) => `v1,${createHmac('sha256', key).update('msg.1700000000.{"a":1}').digest('base64')}`,
    );
    const hmac = [signingKeyOf('new'), signingKeyOf('old')];
    expect(standardSignatures({ hmac }, 'msg', 1_700_000_000, body)).toBe(expected.join(' '));
  });

  it('adds an ed25519 signature where the webhook asks for it', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const keys = { hmac: [signingKeyOf('new')], ed25519: privateKey };
    const last = standardSignatures(keys, 'msg', 1, Buffer.from('{}')).split(' ')[1] ?? '';
    expect(last.startsWith('v1a,')).toBe(true);
    expect(verify(null, Buffer.from('msg.1.{}'), publicKey, Buffer.from(last.slice(4), 'base64'))).toBe(true);
  });

  it('shows the same key bytes to Standard Webhooks libraries', () => {
    expect(standardWebhooksSecret('foo')).toBe('whsec_Zm9v');
  });
});
