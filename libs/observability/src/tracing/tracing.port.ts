export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanStart {
  readonly name: string;
  /** `consumer`: made of a record; `client`: a call that goes out. */
  readonly kind: 'consumer' | 'client';
  /** W3C Trace Context (https://www.w3.org/TR/trace-context/) of what caused it; undefined begins a trace. */
  readonly parent: string | undefined;
  /** Unix ms; now by default. */
  readonly startMs?: number;
  readonly attributes?: SpanAttributes;
}

export interface SpanEnd {
  readonly attributes?: SpanAttributes;
  /** Why it failed, for people; a span without it is no failure. */
  readonly error?: string;
}

export interface OpenSpan {
  /** What it causes names this as its parent. */
  readonly traceparent: string;
  end(end?: SpanEnd): void;
}

/** Records spans. Where nobody wants them there is no Tracing at all, so that the hot path pays one comparison. */
export interface Tracing {
  /** Undefined where the parent is not sampled: nothing is recorded, and the parent's context goes on as it is. */
  start(span: SpanStart): OpenSpan | undefined;
  /** Sends what is left, within some seconds. */
  stop(): Promise<void>;
}
