import { describe, expect, it } from '@jest/globals';
import { mapSealedTexts } from './sealed-texts.ts';

describe('the sealed texts of a JSON value', () => {
  it('are found in events, rows and records, and nothing else is touched', () => {
    const value = {
      name: 'signingKey',
      signingKey: 'a',
      ed25519PrivateKey: null,
      headers: [{ name: 'sealed', sealedValue: 'b' }],
      signingKeys: [{ sealed: 'c', createdAtMs: 1 }],
      policy: { retries: 1 },
    };
    expect(mapSealedTexts(value, (sealed) => `new ${sealed}`)).toEqual({
      ...value,
      signingKey: 'new a',
      headers: [{ name: 'sealed', sealedValue: 'new b' }],
      signingKeys: [{ sealed: 'new c', createdAtMs: 1 }],
    });
  });
});
