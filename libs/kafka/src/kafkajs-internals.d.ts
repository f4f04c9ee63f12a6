declare module 'kafkajs/src/protocol/requests/index.js' {
  interface Encoded {
    readonly buf: Buffer;
    readonly buffer: Buffer;
  }

  interface ProtocolRequest {
    readonly request: { readonly encode: () => Promise<Encoded> };
    readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown> };
  }

  /** What a request says, as far as anything here looks at it. */
  interface ProtocolFields {
    /** Of a fetch. */
    readonly topics?: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string | number }[];
    }[];
  }

  interface Protocol {
    protocol: (options: { version: number }) => (request: ProtocolFields) => ProtocolRequest;
  }

  const internals: {
    readonly requests: {
      readonly Produce: Protocol;
      readonly Fetch: Protocol;
    };
  };
  export default internals;
}
