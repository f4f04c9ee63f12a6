import { generateKeyPairSync, randomBytes } from 'node:crypto';

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';

/** 21 of 0-9a-z: 108 bits, so that no id is ever made twice. */
export function newWebhookId(): string {
  return randomText(DIGITS + LOWER, 21);
}

/** 32 of 0-9A-Za-z: 190 bits. */
export function newSigningKey(): string {
  return randomText(DIGITS + LOWER + LOWER.toUpperCase(), 32);
}

/** PKCS#8 DER in base64 (RFC 8410). */
export function newEd25519PrivateKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
}

/** Every character equally likely: a byte above the last whole multiple of the alphabet's size is thrown away. */
function randomText(alphabet: string, length: number): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < limit && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}
