import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

/** What of a span the tests look at; ids in hexadecimal. */
export interface CollectedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
}

/** Of opentelemetry/proto/collector/trace/v1/trace_service.proto what is needed. */
const PROTO = `
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { string string_value = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; }`;

interface Decoded {
  readonly resourceSpans?: readonly {
    readonly resource?: {
      readonly attributes?: readonly { readonly key: string; readonly value: { stringValue?: string } }[];
    };
    readonly scopeSpans?: readonly {
      readonly spans?: readonly { traceId: Buffer; spanId: Buffer; parentSpanId?: Buffer; name: string }[];
    }[];
  }[];
}

const requestType = protobuf.parse(PROTO).root.lookupType('Request');

/** Takes traces by OTLP over HTTP as a collector does. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<TraceCollector> {
    const collector = new TraceCollector();
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  /** As `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/v1/traces') this.#collect(Buffer.concat(chunks));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  }

  #collect(body: Buffer): void {
    const { resourceSpans = [] } = requestType.toObject(requestType.decode(body)) as Decoded;
    for (const { resource, scopeSpans = [] } of resourceSpans) {
      const service = resource?.attributes?.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      for (const { traceId, spanId, parentSpanId, name } of scopeSpans.flatMap(({ spans = [] }) => spans)) {
        this.spans.push({
          service,
          traceId: hex(traceId),
          spanId: hex(spanId),
          parentSpanId: parentSpanId === undefined ? '' : hex(parentSpanId),
          name,
        });
      }
    }
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
