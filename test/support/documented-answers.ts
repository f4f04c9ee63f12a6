import { Ajv2020 } from 'ajv/dist/2020.js';

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Holds answers of the running door against its own OpenAPI document, those passed on from other services included. */
export class DocumentedAnswers {
  readonly #document: OpenApi;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

  private constructor(document: OpenApi) {
    this.#document = document;
    // References are within the document, so every schema must be seen as a part of it.
    this.#ajv.addSchema({ $id: 'signalbox:', ...document });
  }

  static async of(apiUrl: string): Promise<DocumentedAnswers> {
    const response = await fetch(`${apiUrl}/openapi.json`);
    return new DocumentedAnswers((await response.json()) as OpenApi);
  }

  /** What about an answer the document does not say. `path` is one of the document's, such as `/api/hooks/{id}`. */
  faultsOf(method: string, path: string, status: number, body: unknown): readonly string[] {
    const answer = this.#document.paths[path]?.[method.toLowerCase()]?.responses[status];
    if (answer === undefined) return [`${method} ${path} ${status} is not documented`];
    const schema = answer.content?.['application/json']?.schema;
    if (schema === undefined) return body === undefined ? [] : ['a body is not documented'];
    const absolute = JSON.parse(
      JSON.stringify(schema).replaceAll('"#/components/', '"signalbox:#/components/'),
    ) as object;
    const validate = this.#ajv.compile(absolute);
    return validate(body) ? [] : [this.#ajv.errorsText(validate.errors)];
  }
}
