/** What of OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1) the document of this service is made of. */

/** JSON Schema 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'header' | 'path';
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

export type ResponseHeaders = Readonly<
  Record<string, { readonly description?: string; readonly required?: boolean; readonly schema: JsonSchema }>
>;

export type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export interface RestResponse {
  readonly description: string;
  readonly headers?: ResponseHeaders;
  readonly content?: Content;
}

export type RestResponses = Readonly<Record<string, RestResponse>>;

export interface RestOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: RestResponses;
  readonly security?: readonly object[];
  /** `monitoring`: this service checks who calls, and passes the call on. */
  readonly 'x-answered-by'?: 'monitoring';
}

export type RestMethod = 'get' | 'post' | 'patch' | 'put' | 'delete';

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  /** Of operations that name none of their own. */
  readonly security?: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<RestMethod, RestOperation>>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> } & Readonly<Record<string, unknown>>;
}
