import type { AnswerFault } from './answer-reader.ts';
import type { Failed } from './http-transport.port.ts';
import type { Unreached } from './network-health.ts';

/** How far an attempt had come; `proxy` is on its way to the forward proxy, where there is one. */
export type Stage = 'dns' | 'proxy' | 'connect' | 'tls' | 'exchange';

export interface Failure {
  readonly errorClass: Failed['errorClass'];
  readonly message: string;
  readonly isOwnFault: boolean;
}

type Row = readonly [errorClass: Failed['errorClass'], says: string, isOwnFault?: true];

/**
 * What the codes of Node and OpenSSL mean. By code alone: their texts change between versions.
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
  }),
);

/** Failures to connect of which the endpoint or our own network may be the cause. */
const UNREACHED: ReadonlyMap<string, Unreached> = new Map([
  ['ENETUNREACH', 'no-route'],
  ['ECONNREFUSED', 'no-contact'],
  ['EHOSTUNREACH', 'no-contact'],
  ['EHOSTDOWN', 'no-contact'],
  ['ETIMEDOUT', 'no-contact'],
]);

/** Families of codes too many to list: OpenSSL's. */
const BY_PREFIX: readonly (readonly [prefix: string, row: Row])[] = [
  ['ERR_SSL_', ['tls', 'TLS failed']],
  ['ERR_TLS_', ['tls', 'TLS failed']],
];

const OTHERWISE: Readonly<Record<Stage, Row>> = {
  dns: ['dns', 'the name could not be looked up'],
  proxy: ['connect', 'the forward proxy cannot be reached', true],
  connect: ['connect', 'no connection could be made'],
  tls: ['tls', 'TLS failed'],
  exchange: ['reset', 'the exchange broke off'],
};

const BY_ANSWER_FAULT: Readonly<Record<AnswerFault, Row>> = {
  'not-http': ['protocol', 'the answer is not HTTP/1.1'],
  'headers-too-large': ['protocol', "the answer's headers are too large"],
  'length-unclear': ['protocol', 'the answer does not say clearly how long it is'],
  'bad-chunk': ['protocol', 'the answer is not chunked as it says'],
  upgraded: ['protocol', 'the answer changes to a protocol nobody asked for'],
  'broken-off': ['reset', 'the connection was closed before the answer was whole'],
};

/** Whatever the answer is: more was said by TLS than it takes. */
export const TLS_EXCESS: Failure = {
  errorClass: 'tls',
  message: 'much more was said by TLS than belongs to an answer',
  isOwnFault: false,
};

/** What is wrong with an answer, told as a failure. */
export function answerFailure(fault: AnswerFault): Failure {
  const [errorClass, message] = BY_ANSWER_FAULT[fault];
  return { errorClass, message, isOwnFault: false };
}

/** What comes of a forward proxy before its tunnel is there; what no endpoint can cause is an own fault. */
export const TUNNEL_FAULTS = {
  broken: ['connect', 'the forward proxy closed the connection without an answer', true],
  'not-http': ['connect', 'the forward proxy does not answer in HTTP/1.1', true],
  'head-too-large': ['connect', "the headers of the forward proxy's answer are too large", true],
  unasked: ['protocol', 'something was said through the forward proxy before anything was asked'],
} as const satisfies Readonly<Record<string, Row>>;

export function tunnelFault(fault: keyof typeof TUNNEL_FAULTS): Failure {
  const [errorClass, message, isOwnFault = false] = TUNNEL_FAULTS[fault];
  return { errorClass, message, isOwnFault };
}

/**
 * What a forward proxy means that answers a CONNECT otherwise than by 2xx. It may mean this endpoint (it is down, it is not
 * permitted; some say that by 407) or everybody (its way out is down, its rules or our credentials are wrong): the endpoint is
 * charged only while others are reached. Of redirects and of its own bounds (429) no endpoint can be the cause.
 */
export function tunnelRefusal(statusCode: number, reachesOthers: boolean): Failure {
  const isOfEndpoint = statusCode >= 400 && statusCode !== 429 && reachesOthers;
  const what = isOfEndpoint ? (CHARGED_REFUSALS.get(statusCode) ?? 'no connection could be made') : OWN_REFUSAL;
  return {
    errorClass: 'connect',
    message: `${what} (the forward proxy answered ${statusCode})`,
    isOwnFault: !isOfEndpoint,
  };
}

const OWN_REFUSAL = 'the forward proxy opens no tunnel';
const NOT_PERMITTED = 'the network of the sender does not permit connections to this host';
const CHARGED_REFUSALS: ReadonlyMap<number, string> = new Map([
  [403, NOT_PERMITTED],
  [407, NOT_PERMITTED],
]);

/** An error of the socket to a forward proxy, before there was an answer. */
export function proxyFailure(error: unknown): Failure {
  const code = codeOf(error);
  const [, message] = OTHERWISE.proxy;
  return { errorClass: 'connect', message: code === '' ? message : `${message} (${code})`, isOwnFault: true };
}

/** What an error of a socket says of the way to the endpoint; undefined where it says nothing of it. */
export function unreachedBy(error: unknown): Unreached | undefined {
  return UNREACHED.get(codeOf(error));
}

/** The same failure, put down to our own network. */
export function ofOurNetwork({ errorClass, message }: Failure): Failure {
  return { errorClass, message: `${message}, and the sender has reached no other host either`, isOwnFault: true };
}

/** Translates an error of a socket. While TLS was being set up, what breaks it is `tls`. */
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
  return typeof code === 'string' ? code : '';
}
