import { Metadata, status } from '@grpc/grpc-js';
import type { ServerUnaryCall, ServiceError, handleUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import type { Logger } from '@signalbox/observability';
import type { Principal } from '../../../access/access.ts';
import { forCaller } from '../../../call-scope.ts';
import { answerTo } from '../../../errors/error-body.ts';
import { statusDetails, statusMessage } from './status-details.ts';

export type Message = Readonly<Record<string, unknown>>;

/** Who calls, by the metadata of the call. Rejects with a SignalboxError where nobody may. */
export type CallGuard = (call: Pick<ServerUnaryCall<unknown, unknown>, 'metadata' | 'getPeer'>) => Promise<Principal>;

export interface CallMetadata {
  /** What the caller sent. */
  readonly metadata: Metadata;
  /** Sent after the answer. */
  readonly trailer: Metadata;
}

type Handle<Request> = (request: Request, principal: Principal, around: CallMetadata) => Promise<Message>;

/**
 * A handler with what every call needs around it: the credential, errors in their one shape, and an end of the work when
 * the caller's deadline passes or he goes: nothing is written for him after that.
 */
export function unary<Request>(
  guard: CallGuard,
  logger: Logger,
  handle: Handle<Request>,
): handleUnaryCall<Request, Message> {
  const reply = async (call: ServerUnaryCall<Request, Message>, callback: sendUnaryData<Message>): Promise<void> => {
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort(new Error('the caller waits no longer')));
    const trailer = new Metadata();
    let answer: { readonly message: Message } | { readonly refusal: Partial<ServiceError> };
    try {
      const message = await forCaller(gone.signal, async () => {
        const principal = await guard(call);
        return handle(call.request, principal, { metadata: call.metadata, trailer });
      });
      answer = { message };
    } catch (error) {
      if (gone.signal.aborted) return;
      answer = { refusal: refusalOf(error, call.getPath(), logger) };
    }
    if ('refusal' in answer) callback(answer.refusal);
    else callback(null, answer.message, trailer);
  };
  return (call, callback) => void reply(call, callback);
}

/** An error as gRPC tells it; faults of ours are logged. */
export function refusalOf(error: unknown, rpc: string, logger: Logger): Partial<ServiceError> {
  const answer = answerTo(error);
  const { rpcStatus, body, isFault, retryAfterSeconds } = answer;
  if (isFault) logger.error({ code: body.code, rpc, err: error }, 'request.failed');
  const metadata = new Metadata();
  // The code of contract.md: several of them share a gRPC status.
  metadata.set('error-code', body.code);
  if (retryAfterSeconds !== undefined) metadata.set('retry-after', String(retryAfterSeconds));
  metadata.set('grpc-status-details-bin', statusDetails(answer, status[rpcStatus]));
  return { code: status[rpcStatus], details: statusMessage(answer), metadata };
}
