import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its key in PEM, made in memory: test files that expire, or hold keys, have no place in a repository. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateAuthority extends Certificate {
  issue(names: readonly string[], validity?: Validity): Certificate;
}

export interface Validity {
  readonly from: Date;
  readonly to: Date;
}

const DAY_MS = 86_400_000;
const TODAY: Validity = { from: new Date(Date.now() - DAY_MS), to: new Date(Date.now() + DAY_MS) };
export const EXPIRED: Validity = { from: new Date(Date.now() - 3 * DAY_MS), to: new Date(Date.now() - DAY_MS) };

interface Party {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** An authority of its own; names are DNS names or IPv4 addresses. */
export function certificateAuthority(name: string): CertificateAuthority {
  const { publicKey, privateKey } = newKeys();
  const issuer = { name, privateKey };
  return {
    cert: certificate(issuer, name, publicKey, TODAY, [extension(OID.basicConstraints, sequence(TRUE), true)]),
    key: pemOf(privateKey),
    issue: (names, validity = TODAY) => {
      const leaf = newKeys();
      const extensions = [extension(OID.subjectAltName, sequence(...names.map(altName)))];
      return {
        cert: certificate(issuer, names[0] ?? 'leaf', leaf.publicKey, validity, extensions),
        key: pemOf(leaf.privateKey),
      };
    },
  };
}

export function selfSigned(names: readonly string[]): Certificate {
  const { publicKey, privateKey } = newKeys();
  const name = names[0] ?? 'self';
  const extensions = [extension(OID.subjectAltName, sequence(...names.map(altName)))];
  return { cert: certificate({ name, privateKey }, name, publicKey, TODAY, extensions), key: pemOf(privateKey) };
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** X.509 version 3 (RFC 5280, section 4.1), signed with ECDSA and SHA-256. */
function certificate(
  issuer: Party,
  subject: string,
  publicKey: KeyObject,
  validity: Validity,
  extensions: readonly Buffer[],
): string {
  const algorithm = sequence(OID.ecdsaWithSha256);
  const toBeSigned = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguishedName(issuer.name),
    sequence(time(validity.from), time(validity.to)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuer.privateKey);
  const der = sequence(toBeSigned, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

const TRUE = tagged(0x01, Buffer.from([0xff]));

const OID = {
  commonName: tagged(0x06, Buffer.from('550403', 'hex')),
  basicConstraints: tagged(0x06, Buffer.from('551d13', 'hex')),
  subjectAltName: tagged(0x06, Buffer.from('551d11', 'hex')),
  ecdsaWithSha256: tagged(0x06, Buffer.from('2a8648ce3d040302', 'hex')),
};

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(OID.commonName, tagged(0x0c, Buffer.from(commonName)))));
}

function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tagged(0x18, Buffer.from(digits));
}

function extension(oid: Buffer, value: Buffer, isCritical = false): Buffer {
  return sequence(oid, ...(isCritical ? [TRUE] : []), tagged(0x04, value));
}

function altName(name: string): Buffer {
  return isIPv4(name) ? tagged(0x87, Buffer.from(name.split('.').map(Number))) : tagged(0x82, Buffer.from(name));
}
