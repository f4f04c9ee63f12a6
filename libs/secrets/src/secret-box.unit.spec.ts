import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { InvalidKeyring, parseKeyring } from './keyring.ts';
import { SecretBox, keyIdOf } from './secret-box.ts';

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const box = new SecretBox(parseKeyring(`k1=${keyOf(1)}`));

describe('SecretBox', () => {
  it('opens what it sealed for the same webhook, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, webhookId) => {
        expect(box.open(box.seal(plain, webhookId), webhookId)).toEqual({ kind: 'opened', plain });
      }),
    );
  });

  it('does not open for another webhook', () => {
    expect(box.open(box.seal('secret', 'webhook-a'), 'webhook-b')).toEqual({ kind: 'tampered' });
  });

  it('seals the same text differently each time, with the key id readable', () => {
    const sealed = box.seal('secret', 'w');
    expect(sealed).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
    expect(sealed).not.toBe(box.seal('secret', 'w'));
    expect(keyIdOf(sealed)).toBe('k1');
    expect(keyIdOf('plain')).toBeUndefined();
  });

  it('says which key it lacks', () => {
    const other = new SecretBox(parseKeyring(`k2=${keyOf(2)}`));
    expect(other.open(box.seal('secret', 'w'), 'w')).toEqual({ kind: 'unknown-key', keyId: 'k1' });
  });

  it('writes with the first key and reads with each', () => {
    const rotated = new SecretBox(parseKeyring(`k2=${keyOf(2)}, k1=${keyOf(1)}`));
    expect(rotated.open(box.seal('old', 'w'), 'w')).toEqual({ kind: 'opened', plain: 'old' });
    expect(keyIdOf(rotated.seal('new', 'w'))).toBe('k2');
  });

  it('takes a text changed in any character for tampered', () => {
    const sealed = box.seal('secret', 'w');
    const start = sealed.lastIndexOf('.') + 1;
    for (let at = start; at < sealed.length; at++) {
      // The last character of unpadded base64url may hold bits that are not part of any byte.
      if (at === sealed.length - 1 && (sealed.length - start) % 4 !== 0) continue;
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(box.open(changed, 'w')).toEqual({ kind: 'tampered' });
    }
    for (const text of ['', 'secret', 'v1.k1', 'v1.k1.', 'v1.k1.AAAA', 'v2.k1.AAAA', `${sealed}.x`]) {
      expect(box.open(text, 'w')).toEqual({ kind: 'tampered' });
    }
  });
});

describe('parseKeyring', () => {
  it('names every fault and no key', () => {
    expect.assertions(4);
    try {
      parseKeyring(`a=${keyOf(1)},b=c2hvcnQ=,,a=${keyOf(2)},x.y=${keyOf(3)}`);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidKeyring);
      const { faults, message } = error as InvalidKeyring;
      expect(faults).toHaveLength(4);
      expect(faults[0]).toBe('entry 2 (b) must be base64 of exactly 32 bytes');
      expect(message).not.toContain('c2hvcnQ');
    }
  });
});
