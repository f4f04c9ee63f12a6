import type { RunInfo } from '@signalbox/sandbox';
import type { AnswerCheck } from '@signalbox/testing';

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly signingKey: string;
  readonly enabled: boolean;
  readonly config: { readonly url: string; readonly headers?: Record<string, string> };
  readonly executionStats?: { readonly successCount: number; readonly requestCount: number };
}

export interface LogEntry {
  readonly id: string;
  readonly key: string;
  readonly createdAt: number;
  readonly payload: {
    readonly key: string;
    readonly result: 'Success' | 'Error';
    readonly hookId: string;
    readonly hookRequest: { readonly body: unknown };
    readonly response?: { readonly statusCode: number; readonly body: unknown };
    readonly error?: string;
  };
}

/** The REST API as a customer's program calls it. */
export class ApiClient {
  /** With `check`, every answer must be as the document of the API says. */
  constructor(
    private readonly run: Pick<RunInfo, 'apiUrl' | 'apiKey'>,
    private readonly check?: AnswerCheck,
  ) {}

  /** Throws what the API answered when the status is not the expected one, or not documented. */
  async call<T>(method: string, path: string, expected: number, body?: unknown): Promise<T> {
    const response = await fetch(`${this.run.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.run.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== expected) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    const header = (name: string): string | null => response.headers.get(name);
    const faults = this.check?.faultsOf({ method, path, status: response.status, header, body: answer }) ?? [];
    if (faults.length > 0) throw new Error(`${method} ${path}: the answer ${faults.join('; ')}: ${text}`);
    return answer as T;
  }

  async createWebhook(webhook: object): Promise<Webhook> {
    return this.call<Webhook>('POST', '/api/hooks', 201, webhook);
  }

  async changeWebhook(id: string, change: object): Promise<Webhook> {
    return this.call<Webhook>('PATCH', `/api/hooks/${id}`, 200, change);
  }

  async deleteWebhook(id: string): Promise<void> {
    await this.call('DELETE', `/api/hooks/${id}`, 204);
  }

  async recentLogs(id: string): Promise<readonly LogEntry[]> {
    return this.call<readonly LogEntry[]>('GET', `/api/hooks/${id}/recent-logs?page_size=100`, 200);
  }
}
