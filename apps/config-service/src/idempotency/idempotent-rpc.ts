import { idempotencyKeyOf, idempotencyMismatch } from './adapters/answers/idempotency-error.ts';
import type { AnswerOnce } from './application/answer-once.ts';
import type { CallSlot } from './domain/idempotent-call.ts';
import { fingerprintOf } from './domain/idempotent-call.ts';

export { AnswerOnce } from './application/answer-once.ts';

export interface IdempotentRpc {
  readonly caller: Omit<CallSlot, 'key'>;
  /** Values of the metadata `idempotency-key`; none: the call is made each time it comes. */
  readonly keys: readonly unknown[];
  /** Full name of the RPC. */
  readonly rpc: string;
  readonly request: object;
}

/**
 * Answers a call of gRPC once for its key, as `@Idempotent()` does over REST.
 *
 * @throws SignalboxError `guard.invalid_input`, `request.idempotency_mismatch`, and what `work` throws.
 */
export async function answeredOnce<Message extends object>(
  once: AnswerOnce,
  { caller, keys, rpc, request }: IdempotentRpc,
  work: () => Promise<Message>,
): Promise<Message> {
  if (keys.length === 0) return work();
  const key = idempotencyKeyOf(keys.length === 1 ? keys[0] : undefined);
  const fingerprint = fingerprintOf('gRPC', rpc, request);
  const outcome = await once.answer({ ...caller, key }, fingerprint, async () => ({
    fingerprint,
    status: 0,
    headers: {},
    body: await work(),
  }));
  if (outcome.kind === 'mismatch') throw idempotencyMismatch();
  return outcome.answer.body as Message;
}
