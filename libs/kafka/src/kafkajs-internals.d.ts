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

declare module 'kafkajs/src/protocol/decoder.js' {
  interface DecodedHeader {
    readonly key: string;
    readonly value: Buffer | null;
  }

  class Decoder {
    constructor(buffer: Buffer);
    readVarInt(): number;
    readVarIntArray(read: (decoder: Decoder) => DecodedHeader): { reduce(add: unknown, start: object): object };
  }
  export default Decoder;
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  export default function decodeRecord(
    decoder: Decoder,
    batch: { readonly firstOffset: string; readonly firstTimestamp: string; readonly magicByte: number },
  ): { readonly offset: string; readonly headers: object };
}
