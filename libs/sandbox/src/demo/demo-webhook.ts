import { EVENT_TYPES } from '@signalbox/domain';
import type { RunInfo } from '../folder/run-info.ts';

/** What the demo needs of a webhook. */
export interface DemoWebhook {
  readonly id: string;
  readonly signingKey: string;
  readonly config: { readonly url: string };
}

/** Calls the API as its users do. */
export class DemoApi {
  readonly #info: Pick<RunInfo, 'apiUrl' | 'apiKey'>;

  constructor(info: Pick<RunInfo, 'apiUrl' | 'apiKey'>) {
    this.#info = info;
  }

  /** Undefined when there is no such webhook. */
  async find(id: string): Promise<DemoWebhook | undefined> {
    const response = await this.#call('GET', `/api/hooks/${id}`);
    return response.status === 404 ? undefined : answered<DemoWebhook>(response);
  }

  /** The webhook of an earlier start, led to where the receiver listens now, or a new one for all events. */
  async ensure(id: string | undefined, url: string): Promise<DemoWebhook> {
    const existing = id === undefined ? undefined : await this.find(id);
    if (!existing) {
      const events = EVENT_TYPES.map((type) => type.name);
      const wanted = { name: 'Sandbox demo receiver', events, config: { url } };
      return answered<DemoWebhook>(await this.#call('POST', '/api/hooks', wanted));
    }
    if (existing.config.url === url) return existing;
    const change = { config: { ...existing.config, url } };
    return answered<DemoWebhook>(await this.#call('PATCH', `/api/hooks/${existing.id}`, change));
  }

  #call(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.#info.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#info.apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
  }
}

async function answered<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`the API answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}
