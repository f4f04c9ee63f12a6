import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Metadata, ServiceError, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import type { ProtoName } from '@signalbox/contracts';
import { IDENTITY_HEADER } from '@signalbox/identity';

/** One call as it came. */
export interface FakeCall<Request> {
  readonly request: Request;
  /** The internal identity that came with it. */
  readonly token: string;
}

/** What a call is answered: a message, an error, or nothing ever. */
export type FakeAnswer = Readonly<Record<string, unknown>> | Partial<ServiceError> | 'hang';

/** Another of our services, in its place: one RPC over the real wire, answered as the test says. */
export class FakeGrpcServer<Request> {
  readonly calls: FakeCall<Request>[] = [];
  answer: (request: Request) => FakeAnswer;
  readonly #server = new Server();

  constructor(proto: ProtoName, service: string, rpc: string, answer: (request: Request) => FakeAnswer) {
    this.answer = answer;
    const definition = loadSync(protoPath(proto), { longs: Number, arrays: true })[service] as ServiceDefinition;
    const implementation: UntypedServiceImplementation = {
      [rpc]: (
        call: { readonly request: Request; readonly metadata: Metadata },
        callback: sendUnaryData<Readonly<Record<string, unknown>>>,
      ) => {
        this.calls.push({ request: call.request, token: String(call.metadata.get(IDENTITY_HEADER)[0]) });
        const said = this.answer(call.request);
        if (said === 'hang') return;
        if ('code' in said) callback(said);
        else callback(null, said);
      },
    };
    this.#server.addService(definition, implementation);
  }

  /** Answers `host:port`; on a free port where none is given. */
  async listen(address = '127.0.0.1:0'): Promise<string> {
    const port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    return `127.0.0.1:${port}`;
  }

  /** As kill -9 would: calls under way get no answer. */
  kill(): void {
    this.#server.forceShutdown();
  }
}
