export const MONITORING_GATEWAY = Symbol('MONITORING_GATEWAY');

export interface PassedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly caller: {
    readonly tenantId: string;
    readonly actor: string;
    readonly scopes: readonly string[];
  };
}

export interface PassedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** May go on for hours. Destroy it when nobody reads it any more. */
  readonly body: NodeJS.ReadableStream & { destroy(): unknown };
}

/** The way to monitoring, behind a breaker. */
export interface MonitoringGateway {
  /** `unavailable`: monitoring is away, or gave no first byte in time. */
  pass(request: PassedRequest): Promise<PassedAnswer | 'unavailable'>;
}
