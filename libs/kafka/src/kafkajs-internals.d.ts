declare module 'kafkajs/src/protocol/requests/index.js' {
  interface Encoded {
    readonly buf: Buffer;
    readonly buffer: Buffer;
  }

  interface ProtocolRequest {
    readonly request: { readonly encode: () => Promise<Encoded> };
    readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown> };
  }

  interface FetchFields {
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string | number }[];
    }[];
  }

  interface Protocol<Fields> {
    protocol: (options: { version: number }) => (request: Fields) => ProtocolRequest;
  }

  const internals: {
    readonly requests: {
      readonly Produce: Protocol<object>;
      readonly Fetch: Protocol<FetchFields>;
    };
  };
  export default internals;
}
