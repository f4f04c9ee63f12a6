import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApiDocument, RestOperation, RestResponse } from '@signalbox/contracts';

export interface CheckedAnswer {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  /** Not given: only status and body are compared. */
  readonly header?: (name: string) => string | null;
  readonly body: unknown;
}

/** Compares answers of a running service with its OpenAPI document. */
export class AnswerCheck {
  readonly document: OpenApiDocument;
  /** `get /api/hooks 200` and so on: what has been seen. */
  readonly seen = new Set<string>();
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<object, ValidateFunction>();
  readonly #paths: readonly (readonly [RegExp, string])[];
  readonly #isStandIn: boolean;

  /** `isStandIn`: something else answers in the place of monitoring, so that only its refusals are compared. */
  constructor(document: OpenApiDocument, { isStandIn = false }: { readonly isStandIn?: boolean } = {}) {
    this.document = document;
    this.#isStandIn = isStandIn;
    addFormats.default(this.#ajv);
    // References are within the document, so that every schema must be seen as a part of it.
    this.#ajv.addSchema({ $id: 'signalbox:', ...document });
    this.#paths = Object.keys(document.paths)
      .toSorted((one, other) => one.split('{').length - other.split('{').length)
      .map((path) => [new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), path]);
  }

  /** With the document that is served at `origin`. */
  static async of(origin: string, options: { readonly isStandIn?: boolean } = {}): Promise<AnswerCheck> {
    const response = await fetch(`${origin}/openapi.json`);
    return new AnswerCheck((await response.json()) as OpenApiDocument, options);
  }

  /** What about the answer the document does not say; empty for an answer as documented. */
  faultsOf(answer: CheckedAnswer): readonly string[] {
    const found = this.#operationOf(answer);
    if (found === undefined) return isRefusedRoute(answer) ? [] : ['is of a route that is not in the document'];
    const { path, operation } = found;
    const response = operation.responses[answer.status];
    const isUnknown = this.#isStandIn && operation['x-answered-by'] !== undefined;
    if (response === undefined) return isUnknown ? [] : [`has a status that is not documented: ${answer.status}`];
    this.seen.add(`${answer.method.toLowerCase()} ${path} ${answer.status}`);
    if (isUnknown && answer.status < 400) return [];
    return [...faultsOfHeaders(answer, response), ...this.#faultsOfBody(answer, response)];
  }

  #operationOf({
    method,
    path,
  }: CheckedAnswer): { readonly path: string; readonly operation: RestOperation } | undefined {
    const [asked = ''] = path.split('?', 1);
    const known = this.#paths.find(([pattern]) => pattern.test(asked))?.[1];
    const methods = known === undefined ? undefined : this.document.paths[known];
    const lower = method.toLowerCase();
    const operation = Object.entries(methods ?? {}).find(([name]) => name === (lower === 'head' ? 'get' : lower))?.[1];
    return known === undefined || operation === undefined ? undefined : { path: known, operation };
  }

  #faultsOfBody({ method, header, body }: CheckedAnswer, response: RestResponse): readonly string[] {
    if (method.toUpperCase() === 'HEAD') return [];
    const { content } = response;
    if (content === undefined) return body === '' || body === undefined ? [] : ['has a body, and none is documented'];
    const type = (header === undefined ? 'application/json' : (header('content-type') ?? '')).split(';', 1)[0] ?? '';
    const media = content[type];
    if (media === undefined) return [`has the content type ${type}, which is not documented`];
    const validate = this.#validators.get(media.schema) ?? this.#ajv.compile(absolute(media.schema));
    this.#validators.set(media.schema, validate);
    return validate(body) ? [] : [`has a body that is not as documented: ${this.#ajv.errorsText(validate.errors)}`];
  }
}

function faultsOfHeaders({ header }: CheckedAnswer, response: RestResponse): readonly string[] {
  if (header === undefined) return [];
  return Object.entries(response.headers ?? {}).flatMap(([name, { required = false, schema }]) => {
    const value = header(name);
    if (value === null) return required ? [`lacks the header ${name}`] : [];
    const { pattern, const: only } = schema as { readonly pattern?: string; readonly const?: unknown };
    const isRight =
      (pattern === undefined || new RegExp(pattern).test(value)) && (only === undefined || only === value);
    return isRight ? [] : [`has the header ${name}: ${value}`];
  });
}

/** What is at no route, or behind no credential, is refused alike. */
function isRefusedRoute({ status, body }: CheckedAnswer): boolean {
  const { code } = (typeof body === 'object' && body !== null ? body : {}) as { readonly code?: unknown };
  return (status === 404 && code === 'route.not_found') || (status === 401 && code === 'auth.unauthorized');
}

function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"signalbox:#/components/')) as object;
}
