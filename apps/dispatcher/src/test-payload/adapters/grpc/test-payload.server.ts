import type { ServerUnaryCall, ServiceDefinition, sendUnaryData } from '@grpc/grpc-js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import type { IdentityKey } from '@signalbox/identity';
import { IDENTITY_HEADER, isRefused, verifyIdentity } from '@signalbox/identity';
import type { Logger, ReadinessCheck } from '@signalbox/observability';
import type { PostTestPayloads } from '../../application/post-test-payloads.ts';
import type { TestResult } from '../../domain/test-payload.ts';
import type { RequestMessage } from './request.message.ts';
import { parseRequest } from './request.message.ts';

export interface TestPayloadServerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly identityKey: IdentityKey;
  readonly posting: PostTestPayloads;
  readonly onResult: (result: TestResult) => void;
  readonly logger: Logger;
}

interface Refusal {
  readonly code: status;
  readonly details: string;
}

interface ResponseMessage {
  readonly results: readonly TestResult[];
}

type Call = ServerUnaryCall<RequestMessage, ResponseMessage>;

const SERVICE = 'signalbox.dispatcher.v1.TestPayloads';
/** A hundred payloads of a few KiB, and fifty sealed headers. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_TEST_MS = 30_000;
/** Between the last result and the caller's deadline: the answer has to travel. */
const ANSWER_MS = 500;
const CLOSE_MS = 2_000;

/** `signalbox.dispatcher.v1.TestPayloads` over gRPC, for callers with an identity of the public door. */
export class TestPayloadServer {
  readonly #options: TestPayloadServerOptions;
  readonly #server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
  readonly #stopping = new AbortController();
  #url: string | undefined;

  readonly readiness: ReadinessCheck = {
    name: 'test-payload',
    reasonNotReady: () => (this.#url === undefined ? 'gRPC does not listen yet' : null),
  };

  constructor(options: TestPayloadServerOptions) {
    this.#options = options;
    const definition = loadSync(protoPath('dispatcher'), { keepCase: false, longs: Number, arrays: true });
    this.#server.addService(definition[SERVICE] as ServiceDefinition, {
      postTestPayloads: (call: Call, callback: sendUnaryData<ResponseMessage>) => void this.#reply(call, callback),
    });
  }

  /** `host:port`; undefined before the start. */
  get url(): string | undefined {
    return this.#url;
  }

  /** Rejects when the port is taken. */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    const address = host.includes(':') ? `[${host}]` : host;
    const bound = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`${address}:${port}`, ServerCredentials.createInsecure(), (error, actual) => {
        if (error === null) resolve(actual);
        else reject(error);
      });
    });
    this.#url = `${address}:${bound}`;
  }

  /** Posts nothing more; lets what is under way answer, for two seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const force = setTimeout(() => this.#server.forceShutdown(), CLOSE_MS);
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    clearTimeout(force);
  }

  async #reply(call: Call, callback: sendUnaryData<ResponseMessage>): Promise<void> {
    let answer: ResponseMessage | Refusal;
    try {
      answer = await this.#answer(call);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'test_payload.failed');
      answer = { code: status.INTERNAL, details: 'the test failed; the cause is in the log of the sender' };
    }
    if ('code' in answer) callback(answer);
    else callback(null, answer);
  }

  async #answer(call: Call): Promise<ResponseMessage | Refusal> {
    const { identityKey, posting, onResult, logger } = this.#options;
    const [token] = call.metadata.get(IDENTITY_HEADER);
    const identity = await verifyIdentity(identityKey, typeof token === 'string' ? token : undefined, 'dispatcher');
    if (isRefused(identity)) {
      logger.warn({ refused: identity.refused, reason: identity.reason }, 'identity.refused');
      return { code: status.UNAUTHENTICATED, details: 'a valid internal identity is required' };
    }
    const request = parseRequest(call.request, identity.tenantId);
    if ('fault' in request) return { code: status.INVALID_ARGUMENT, details: request.fault };
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    const outcome = await posting.post(request.target, request.payloads, {
      deadlineAtMs: Math.min(Number(call.getDeadline()) - ANSWER_MS, Date.now() + MAX_TEST_MS),
      signal: AbortSignal.any([gone.signal, this.#stopping.signal]),
    });
    switch (outcome.kind) {
      case 'too many tests':
        return { code: status.RESOURCE_EXHAUSTED, details: 'too many tests are under way; try again in a second' };
      case 'unknown key':
        logger.error({ webhook_id: request.target.webhookId, why: outcome.detail }, 'secret.not_opened');
        return { code: status.FAILED_PRECONDITION, details: outcome.detail };
      case 'posted':
        for (const result of outcome.results) onResult(result);
        return { results: outcome.results };
    }
  }
}
