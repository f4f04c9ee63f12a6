import { errors } from 'undici';
import type { Failed } from './http-transport.port.ts';

/** How far an attempt had come. */
export type Stage = 'dns' | 'connect' | 'tls' | 'exchange';

export interface Failure {
  readonly errorClass: Failed['errorClass'];
  readonly message: string;
  readonly isOwnFault: boolean;
}

type Row = readonly [errorClass: Failed['errorClass'], says: string, isOwnFault?: true];

/**
 * What the codes of Node, OpenSSL and the HTTP client mean. By code alone: their texts change between versions.
 * Own faults are what no endpoint can cause.
 */
const BY_CODE: ReadonlyMap<string, Row> = new Map(
  Object.entries<Row>({
    ECONNREFUSED: ['connect', 'the connection was refused'],
    EHOSTUNREACH: ['connect', 'the host cannot be reached'],
    EHOSTDOWN: ['connect', 'the host is down'],
    ENETUNREACH: ['connect', 'the network cannot be reached'],
    ETIMEDOUT: ['timeout', 'the host did not react'],
    ECONNABORTED: ['reset', 'the connection was aborted'],
    ECONNRESET: ['reset', 'the connection was reset'],
    EPIPE: ['reset', 'the connection was closed while the request was sent'],
    UND_ERR_SOCKET: ['reset', 'the connection was closed before the answer was whole'],
    HPE_INVALID_EOF_STATE: ['reset', 'the connection was closed in the middle of the answer'],
    HPE_CLOSED_CONNECTION: ['protocol', 'there was more after the end of the answer'],
    UND_ERR_HEADERS_OVERFLOW: ['protocol', "the answer's headers are too large"],
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['protocol', "the answer's body is not as long as its content-length says"],
    UND_ERR_INVALID_ARG: ['protocol', 'the request cannot be written as HTTP'],
    EPROTO: ['tls', 'TLS failed'],
    ERR_TLS_CERT_ALTNAME_INVALID: ['tls', "the certificate is for another host than the URL's"],
    CERT_HAS_EXPIRED: ['tls', 'the certificate has expired'],
    CERT_NOT_YET_VALID: ['tls', 'the certificate is not valid yet'],
    CERT_REVOKED: ['tls', 'the certificate was revoked'],
    DEPTH_ZERO_SELF_SIGNED_CERT: ['tls', 'the certificate is self-signed'],
    SELF_SIGNED_CERT_IN_CHAIN: ['tls', 'the certificate comes from an authority that is not trusted'],
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['tls', 'the certificate cannot be verified; an intermediate one may be missing'],
    UNABLE_TO_GET_ISSUER_CERT: ['tls', 'the certificate cannot be verified; an intermediate one may be missing'],
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['tls', 'the certificate comes from an authority that is not trusted'],
    EADDRNOTAVAIL: ['connect', 'no local port is free', true],
    EMFILE: ['connect', 'this process has no file descriptor left', true],
    ENFILE: ['connect', 'this machine has no file descriptor left', true],
    ENOBUFS: ['connect', 'this machine has no socket buffers left', true],
    ENOMEM: ['connect', 'this machine has no memory left', true],
    ENETDOWN: ['connect', 'the network of this machine is down', true],
    EACCES: ['connect', 'this machine does not permit the connection', true],
    EPERM: ['connect', 'this machine does not permit the connection', true],
    UND_ERR_DESTROYED: ['reset', 'the sender was closing', true],
    UND_ERR_CLOSED: ['reset', 'the sender was closing', true],
  }),
);

/** Families of codes too many to list: OpenSSL's and the HTTP parser's. */
const BY_PREFIX: readonly (readonly [prefix: string, row: Row])[] = [
  ['ERR_SSL_', ['tls', 'TLS failed']],
  ['ERR_TLS_', ['tls', 'TLS failed']],
  ['HPE', ['protocol', 'the answer is not HTTP/1.1']],
];

const OTHERWISE: Readonly<Record<Stage, Row>> = {
  dns: ['dns', 'the name could not be looked up'],
  connect: ['connect', 'no connection could be made'],
  tls: ['tls', 'TLS failed'],
  exchange: ['reset', 'the exchange broke off'],
};

/** Translates an error of a socket or of the HTTP client. While TLS was being set up, what breaks it is `tls`. */
export function failureOf(error: unknown, stage: Stage): Failure {
  const code = codeOf(error);
  const [errorClass, says, isOwnFault = false] =
    BY_CODE.get(code) ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? OTHERWISE[stage];
  const message = code === '' ? says : `${says} (${code})`;
  if (stage === 'tls' && errorClass !== 'tls' && !isOwnFault) {
    return { errorClass: 'tls', message: `${message} during the TLS handshake`, isOwnFault };
  }
  return { errorClass, message, isOwnFault };
}

/** The code of an error; empty when it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code === 'string') return code;
  // undici means to set HPE_<name> and, as of 8.13, sets nothing: it looks the parser's number up in a table of names.
  return error instanceof errors.HTTPParserError ? 'HPE' : '';
}
