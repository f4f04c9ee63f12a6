import { protoPath } from '@signalbox/contracts';
import protobuf from 'protobufjs';
import type { ErrorAnswer } from '../../../errors/error-body.ts';
import type { ErrorDetail } from '../../../errors/signalbox-error.ts';

const root = new protobuf.Root();
// Its imports are those that the library brings along.
root.loadSync([protoPath('google/rpc/status'), protoPath('google/rpc/error_details')]);

/** Metadata of a call is 8 KiB by default, with all else that is in it; what is larger breaks the whole call off. */
const MAX_VIOLATION_BYTES = 2_560;
const MAX_MESSAGE_CHARACTERS = 1_000;
/** Of other than ASCII, which is sent percent-encoded. */
const MAX_ENCODED_CHARACTERS = 200;

type Fields = Readonly<Record<string, unknown>>;

/** The message of an error for a status line, shortened where it has to be. */
export function statusMessage({ body }: ErrorAnswer): string {
  const { message } = body;
  const limit = /^[\x20-\x7e]*$/.test(message) ? MAX_MESSAGE_CHARACTERS : MAX_ENCODED_CHARACTERS;
  return message.length > limit ? `${message.slice(0, limit).toWellFormed()}…` : message;
}

/**
 * `grpc-status-details-bin`: a google.rpc.Status with ErrorInfo (our code in its metadata), BadRequest for wrong fields by
 * their names in config.proto, and RetryInfo where it is known when to come back.
 */
export function statusDetails(answer: ErrorAnswer, rpcCode: number): Buffer {
  const { body, retryAfterSeconds } = answer;
  const { code, details = [] } = body;
  return encode('Status', {
    code: rpcCode,
    message: statusMessage(answer),
    details: [
      any('ErrorInfo', { reason: reasonOf(code), domain: 'signalbox', metadata: { code } }),
      ...(details.length > 0 ? [any('BadRequest', { fieldViolations: violationsOf(details) })] : []),
      ...(retryAfterSeconds === undefined ? [] : [any('RetryInfo', { retryDelay: { seconds: retryAfterSeconds } })]),
    ],
  });
}

/** The form google.rpc.ErrorInfo asks for: `guard.invalid_input` is `GUARD_INVALID_INPUT`. */
function reasonOf(code: string): string {
  return code.replaceAll('.', '_').toUpperCase();
}

function violationsOf(details: readonly ErrorDetail[]): readonly Fields[] {
  const violations: Fields[] = [];
  let bytes = 0;
  for (const { field, why, expected, rule } of details) {
    const description = expected === undefined ? why : `${why}; expected ${expected}`;
    bytes += Buffer.byteLength(field) + Buffer.byteLength(description) + 16;
    if (bytes > MAX_VIOLATION_BYTES) break;
    violations.push({ field: protoField(field), description, ...(rule !== undefined && { reason: reasonOf(rule) }) });
  }
  return violations;
}

/** `config.timeoutMs` as config.proto names it: `config.timeout_ms`. What follows `config.headers.` is a caller's own name. */
function protoField(field: string): string {
  if (field.startsWith('config.headers.')) return field;
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function any(name: string, fields: Fields): Fields {
  return { type_url: `type.googleapis.com/google.rpc.${name}`, value: encode(name, fields) };
}

function encode(name: string, fields: Fields): Buffer {
  const type = root.lookupType(`google.rpc.${name}`);
  return Buffer.from(type.encode(type.fromObject(fields)).finish());
}
