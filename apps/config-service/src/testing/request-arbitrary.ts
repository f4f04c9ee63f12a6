import * as fc from 'fast-check';
import type { JsonSchema, Parameter, RestOperation } from '@signalbox/contracts';

export interface FuzzedRequest {
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent. */
  readonly body?: string;
}

/** Requests for an operation of the document: as it says, a little wrong, or nonsense. `ids` are some that exist. */
export function requestFor(
  path: string,
  operation: RestOperation,
  schemas: Readonly<Record<string, JsonSchema>>,
  ids: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const { parameters = [], requestBody } = operation;
  const schema = requestBody?.content['application/json']?.schema;
  const values = (place: Parameter['in'], right: (parameter: Parameter) => fc.Arbitrary<string>) =>
    fc.record(
      Object.fromEntries(parameters.filter((one) => one.in === place).map((one) => [one.name, right(one)])),
      place === 'path' ? {} : { requiredKeys: [] },
    );
  const scalar = ({ schema: wanted }: Parameter): fc.Arbitrary<string> =>
    // Right more often than not, or of many parameters one would always be wrong.
    fc.oneof({ weight: 6, arbitrary: valueOf(wanted, schemas).map(String) }, fc.string({ unit: 'binary-ascii' }));
  // Nothing that fetch itself would refuse.
  const header = (parameter: Parameter): fc.Arbitrary<string> =>
    scalar(parameter).map((text) => text.replaceAll(/[^ -~]/g, ''));
  const body = schema === undefined ? fc.constant(undefined) : fc.option(bodyText(schema, schemas), { nil: undefined });
  return fc
    .record({
      path: values('path', () =>
        fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, fc.string({ minLength: 1 })),
      ),
      query: values('query', scalar),
      headers: values('header', header),
      body,
    })
    .map(({ path: inPath, query, headers, body: text }) => ({
      path: withQuery(
        path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(inPath[name] ?? '')),
        query,
      ),
      headers: { ...headers, ...(text !== undefined && { 'content-type': 'application/json' }) },
      ...(text !== undefined && { body: text }),
    }));
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(given).toString();
  return text === '' ? path : `${path}?${text}`;
}

function bodyText(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): fc.Arbitrary<string> {
  const right = valueOf(schema, schemas);
  return fc.oneof(
    { weight: 6, arbitrary: right.map((value) => JSON.stringify(value)) },
    {
      weight: 2,
      arbitrary: fc.tuple(right, fc.jsonValue()).map(([value, extra]) => JSON.stringify(mixed(value, extra))),
    },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
}

/** One member of a right body made wrong. */
function mixed(value: unknown, extra: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return extra;
  const names = Object.keys(value);
  return { ...value, [names.at(-1) ?? 'further']: extra };
}

/** Values that a schema allows, as far as generators and bounds go; examples more often than not. */
function valueOf(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): fc.Arbitrary<unknown> {
  const { $ref: reference, example, enum: choices, anyOf, allOf, type } = schema as Record<string, unknown>;
  if (Array.isArray(allOf) && allOf.length === 1) return valueOf(allOf[0] as JsonSchema, schemas);
  if (typeof reference === 'string') return valueOf(schemas[reference.split('/').at(-1) ?? ''] ?? {}, schemas);
  const chosen = generated(schema, schemas, { choices, anyOf, type });
  return example === undefined ? chosen : fc.oneof({ weight: 5, arbitrary: fc.constant(example) }, chosen);
}

function generated(
  schema: JsonSchema,
  schemas: Readonly<Record<string, JsonSchema>>,
  { choices, anyOf, type }: { readonly choices: unknown; readonly anyOf: unknown; readonly type: unknown },
): fc.Arbitrary<unknown> {
  if (Array.isArray(choices)) return fc.constantFrom(...(choices as unknown[]));
  if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as JsonSchema[]).map((one) => valueOf(one, schemas)));
  const types = [type].flat();
  const one = (name: unknown): fc.Arbitrary<unknown> => {
    const { minimum: min = -1_000, maximum: max = 1_000_000 } = schema as { minimum?: number; maximum?: number };
    const { minLength = 0, maxLength = 300, minItems = 0, maxItems = 5 } = schema as Record<string, number>;
    switch (name) {
      case 'integer':
        return fc.integer({ min, max: Math.max(min, Math.min(max, Number.MAX_SAFE_INTEGER)) });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'string':
        if (typeof schema['pattern'] === 'string') return fc.stringMatching(new RegExp(schema['pattern'], 'u'));
        return fc.string({ unit: 'binary', minLength: Math.min(minLength, 300), maxLength: Math.min(maxLength, 300) });
      case 'array': {
        const items = valueOf((schema['items'] as JsonSchema | undefined) ?? {}, schemas);
        return fc.array(items, { minLength: minItems, maxLength: Math.min(maxItems, minItems + 5) });
      }
      case 'object':
        return membersOf(schema, schemas);
      default:
        return fc.jsonValue();
    }
  };
  return fc.oneof(...types.map((name) => one(name)));
}

function membersOf(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): fc.Arbitrary<unknown> {
  const { properties, required = [] } = schema as {
    readonly properties?: Record<string, JsonSchema>;
    readonly required?: readonly string[];
  };
  if (properties === undefined) return fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });
  const members = Object.entries(properties).map(([name, member]) => [name, valueOf(member, schemas)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
}
