declare module 'kafkajs/src/protocol/requests/index.js' {
  interface Encoded {
    readonly buf: Buffer;
    readonly buffer: Buffer;
  }

  interface ProtocolRequest {
    readonly request: { readonly encode: () => Promise<Encoded> };
    readonly response: unknown;
  }

  const internals: {
    readonly requests: {
      readonly Produce: { protocol: (options: { version: number }) => (request: object) => ProtocolRequest };
    };
  };
  export default internals;
}
