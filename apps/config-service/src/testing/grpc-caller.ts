import { Metadata, credentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import type { Client, ClientReadableStream, GrpcObject, ServiceClientConstructor, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import protobuf from 'protobufjs';

export type Message = Record<string, unknown>;

export interface RpcOptions {
  /** Metadata `authorization: Bearer <key>`. */
  readonly key?: string | null;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** Gets what came after the answer. */
  readonly trailer?: Metadata;
}

/** What a refused call says, taken apart. */
export interface RpcRefusal {
  readonly code: keyof typeof status | undefined;
  readonly message: string;
  /** Of google.rpc.ErrorInfo. */
  readonly errorCode: string | undefined;
  readonly violations: readonly { readonly field: string; readonly description: string }[];
  readonly retryAfterSeconds: number | undefined;
}

const details = new protobuf.Root();
details.loadSync([protoPath('google/rpc/status'), protoPath('google/rpc/error_details')]);

/** Calls one service as a stranger's program does. */
export class GrpcCaller {
  readonly #client: Client & Message;
  readonly #key: string | undefined;

  /** `names` are those of the package and the service; `path` is the file they are in. */
  constructor(url: string, names: string, options: { readonly path?: string; readonly key?: string } = {}) {
    const loaded = loadSync(options.path ?? protoPath('config'), { longs: Number, arrays: true, objects: true });
    let found: unknown = loadPackageDefinition(loaded);
    for (const name of names.split('.')) found = (found as GrpcObject)[name];
    this.#client = new (found as ServiceClientConstructor)(url, credentials.createInsecure());
    this.#key = options.key;
  }

  async call(method: string, message: Message = {}, options: RpcOptions = {}): Promise<Message> {
    const { key = this.#key, metadata: more = {}, deadlineMs = 10_000, trailer } = options;
    const metadata = new Metadata();
    if (key !== null && key !== undefined) metadata.set('authorization', `Bearer ${key}`);
    for (const [name, value] of Object.entries(more)) metadata.set(name, value);
    return new Promise((resolve, reject) => {
      const rpc = this.#client[method] as (
        message: Message,
        metadata: Metadata,
        options: { readonly deadline: number },
        callback: (error: ServiceError | null, answer: Message) => void,
      ) => { on(event: 'status', listener: (said: { readonly metadata: Metadata }) => void): void };
      const call = rpc.call(this.#client, message, metadata, { deadline: Date.now() + deadlineMs }, (error, answer) => {
        if (error === null) setImmediate(resolve, answer);
        else reject(error);
      });
      call.on('status', (said) => trailer?.merge(said.metadata));
    });
  }

  /** Starts a call whose answer is a stream; it ends when `signal` aborts. */
  stream(method: string, message: Message, signal?: AbortSignal): ClientReadableStream<Message> {
    const metadata = new Metadata();
    if (this.#key !== undefined) metadata.set('authorization', `Bearer ${this.#key}`);
    const rpc = this.#client[method] as (message: Message, metadata: Metadata) => ClientReadableStream<Message>;
    const stream = rpc.call(this.#client, message, metadata);
    signal?.addEventListener('abort', () => stream.cancel());
    return stream;
  }

  /** How a call was refused; throws when it was not. */
  async refusal(method: string, message: Message = {}, options: RpcOptions = {}): Promise<RpcRefusal> {
    const answer = await this.call(method, message, options).catch((error: unknown) => error as ServiceError);
    if (!(answer instanceof Error)) throw new Error(`${method} was answered: ${JSON.stringify(answer)}`);
    return refusalOf(answer);
  }

  close(): void {
    this.#client.close();
  }
}

export function refusalOf({ code, details: message, metadata }: ServiceError): RpcRefusal {
  const [encoded] = metadata.get('grpc-status-details-bin');
  const told = Buffer.isBuffer(encoded) ? decode('Status', encoded) : {};
  const parts = (told['details'] ?? []) as readonly { readonly type_url: string; readonly value: Buffer }[];
  const part = (name: string): Message => {
    const found = parts.find(({ type_url: url }) => url === `type.googleapis.com/google.rpc.${name}`);
    return found === undefined ? {} : decode(name, found.value);
  };
  const seconds = (part('RetryInfo')['retryDelay'] as { readonly seconds?: unknown } | undefined)?.seconds;
  return {
    code: status[code] as keyof typeof status,
    message,
    errorCode: (part('ErrorInfo')['metadata'] as Record<string, string> | undefined)?.['code'],
    violations: (part('BadRequest')['fieldViolations'] ?? []) as RpcRefusal['violations'],
    retryAfterSeconds: seconds === undefined ? undefined : Number(seconds),
  };
}

function decode(name: string, bytes: Buffer): Message {
  const type = details.lookupType(`google.rpc.${name}`);
  return type.toObject(type.decode(bytes), { longs: Number });
}
