import { Metadata, credentials, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import type { Client, ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';

export interface RpcAnswer {
  /** Of grpc/grpc, doc/statuscodes.md; `OK` for one that was answered, of a stream: whose first message came. */
  readonly status: string;
  readonly message?: Readonly<Record<string, unknown>>;
  readonly details?: string;
  /** The code of contract.md. */
  readonly errorCode?: string;
  /** Of the answer's metadata. */
  readonly retryAfter?: string;
}

type Unary = (
  message: object,
  metadata: Metadata,
  options: { readonly deadline: number },
  callback: (error: ServiceError | null, answer?: Readonly<Record<string, unknown>>) => void,
) => void;
type Streaming = (
  message: object,
  metadata: Metadata,
  options: { readonly deadline: number },
) => ClientReadableStream<Readonly<Record<string, unknown>>>;

const services = Object.entries(
  loadSync(protoPath('config'), { keepCase: false, longs: Number, arrays: true, objects: true }),
).filter((entry): entry is [string, ServiceDefinition] => !('format' in entry[1]));

/** Every RPC of config.proto, as `/signalbox.config.v1.Webhooks/GetWebhook`. */
export const RPCS: readonly string[] = services.flatMap(([, service]) =>
  Object.values(service).map(({ path }) => path),
);

const DEADLINE_MS = 10_000;

/** Calls any RPC of config.proto over the wire. */
export class RpcCaller {
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  async call(path: string, message: object, headers: Readonly<Record<string, string>> = {}): Promise<RpcAnswer> {
    const [name, service] = services.find(([, rpcs]) => Object.values(rpcs).some((rpc) => rpc.path === path)) ?? [];
    const [method, rpc] = Object.entries(service ?? {}).find(([, { path: own }]) => own === path) ?? [];
    if (name === undefined || service === undefined || method === undefined || rpc === undefined) {
      throw new Error(`config.proto has no ${path}`);
    }
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
    const ClientOfService = makeGenericClientConstructor(service, name);
    const client = new ClientOfService(this.#address, credentials.createInsecure());
    try {
      return await answerOf(client, method, rpc.responseStream, message, metadata);
    } finally {
      client.close();
    }
  }
}

async function answerOf(
  client: Client,
  method: string,
  isStream: boolean,
  message: object,
  metadata: Metadata,
): Promise<RpcAnswer> {
  const options = { deadline: Date.now() + DEADLINE_MS };
  const rpc = (client as unknown as Readonly<Record<string, unknown>>)[method];
  return new Promise((resolve) => {
    const refused = (error: ServiceError): void => {
      const [errorCode] = error.metadata.get('error-code');
      const [retryAfter] = error.metadata.get('retry-after');
      resolve({
        status: status[error.code],
        details: error.details,
        ...(errorCode !== undefined && { errorCode: String(errorCode) }),
        ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }),
      });
    };
    if (!isStream) {
      (rpc as Unary).call(client, message, metadata, options, (error, answer = {}) =>
        error === null ? resolve({ status: 'OK', message: answer }) : refused(error),
      );
      return;
    }
    const stream = (rpc as Streaming).call(client, message, metadata, options);
    stream.on('error', refused);
    stream.once('data', (first: Readonly<Record<string, unknown>>) => {
      resolve({ status: 'OK', message: first });
      stream.cancel();
    });
  });
}
