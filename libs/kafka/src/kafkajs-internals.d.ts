declare module 'kafkajs/src/protocol/requests/index.js' {
  interface Encoded {
    readonly buf: Buffer;
    readonly buffer: Buffer;
  }

  interface ProtocolRequest {
    readonly request: { readonly encode: () => Promise<Encoded> };
    readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown> };
  }

  interface Protocol {
    protocol: (options: { version: number }) => (request: object) => ProtocolRequest;
  }

  const internals: {
    readonly requests: {
      readonly Produce: Protocol;
      readonly Fetch: Protocol;
    };
  };
  export default internals;
}
