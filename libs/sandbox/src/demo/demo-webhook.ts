import { EVENT_TYPES } from '@signalbox/domain';
import type { RunInfo } from '../folder/run-info.ts';

/** What the demo needs of a webhook. */
export interface DemoWebhook {
  readonly id: string;
  readonly signingKey: string;
  readonly config: { readonly url: string };
}

export interface EnsuredWebhook {
  readonly webhook: DemoWebhook;
  /** Made or changed just now: router and sender may not know it yet. */
  readonly isChanged: boolean;
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
  async ensure(id: string | undefined, url: string): Promise<EnsuredWebhook> {
    const existing = id === undefined ? undefined : await this.find(id);
    if (!existing) {
      const events = EVENT_TYPES.map((type) => type.name);
      const wanted = { name: 'Sandbox demo receiver', events, config: { url } };
      const made = await answered<DemoWebhook>(await this.#call('POST', '/api/hooks', wanted));
      return { webhook: made, isChanged: true };
    }
    if (existing.config.url === url) return { webhook: existing, isChanged: false };
    const change = { config: { ...existing.config, url } };
    const changed = await answered<DemoWebhook>(await this.#call('PATCH', `/api/hooks/${existing.id}`, change));
    return { webhook: changed, isChanged: true };
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
