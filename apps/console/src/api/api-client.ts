import createClient, { type Middleware } from 'openapi-fetch';
import { session } from '../session/session.ts';
import { apiErrorOf, lostErrorOf } from './api-error.ts';
import type { components, paths } from './openapi.generated.ts';

/** What the API's document calls its bodies. */
export type Schemas = components['schemas'];

const withCredential: Middleware = {
  onRequest: ({ request }) => {
    const { token } = session.state;
    // A call may bring the credential that is being tried out.
    if (token !== undefined && !request.headers.has('authorization'))
      request.headers.set('authorization', `Bearer ${token}`);
    return request;
  },
  onResponse: async ({ request, response }) => {
    if (response.ok) return;
    const error = apiErrorOf(response, await response.text());
    if (error.kind === 'unauthorized') session.refused(request.headers.get('authorization'));
    throw error;
  },
  onError: ({ request, error }) => (isAbort(error) ? undefined : lostErrorOf(request, error)),
};

/** The REST API, typed by its own OpenAPI document. Every refusal is thrown as an `ApiError`. */
export const api = createClient<paths>({ baseUrl: '/', cache: 'no-store' });
api.use(withCredential);

interface Answer<T> {
  readonly data?: T;
  readonly response: Response;
}

/** The body of the answer. */
export async function bodyOf<T>(call: Promise<Answer<T>>): Promise<T> {
  // Whatever is not 2xx was thrown by the middleware; 204 has no body and `T` is then undefined.
  return (await call).data as T;
}

export interface Versioned<T> {
  readonly value: T;
  /** For `If-Match`: the change is refused when somebody else changed it meanwhile. */
  readonly etag: string;
}

export async function versionedOf<T>(call: Promise<Answer<T>>): Promise<Versioned<T>> {
  const { data, response } = await call;
  return { value: data as T, etag: response.headers.get('etag') ?? '' };
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Of all pages. */
  readonly total: number;
  /** What the server could not tell now, such as statistics; undefined where nothing is missing. */
  readonly warning: string | undefined;
}

/** One page of a list that answers `Total-Number`. */
export async function pageOf<Row>(call: Promise<Answer<readonly Row[]>>): Promise<Page<Row>> {
  const { data, response } = await call;
  const rows = data ?? [];
  return {
    rows,
    total: Number(response.headers.get('total-number') ?? rows.length),
    warning: response.headers.get('warning') ?? undefined,
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
