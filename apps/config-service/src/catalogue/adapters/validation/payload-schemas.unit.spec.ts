import { describe, expect, it } from '@jest/globals';
import { AjvPayloadSchemas } from './payload-schemas.ajv.ts';

const schemas = new AjvPayloadSchemas();
const example = { event: 'Invoice.Paid', data: { id: 'in_1' } };

describe('the schema of an event type', () => {
  it('is a JSON Schema that its example satisfies; formats and unknown words say nothing', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['event'],
      properties: { data: { type: 'object', properties: { id: { type: 'string', format: 'no-such-format' } } } },
      'x-owner': 'billing',
    };
    expect(schemas.faultOf(schema, example)).toBeUndefined();
    expect(schemas.faultOf({}, example)).toBeUndefined();
  });

  it.each([
    ['no schema', { type: 'nonsense' }, 'schema', 'is no JSON Schema'],
    ['a pattern that is none', { properties: { event: { pattern: '(' } } }, 'schema', 'is no JSON Schema'],
    ['a reference to elsewhere', { $ref: 'https://example.com/schema.json' }, 'schema', "can't resolve reference"],
    ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#' }, 'schema', 'is no JSON Schema'],
    ['an asynchronous schema', { $async: true }, 'schema', 'asynchronous'],
    ['a schema of something else', { required: ['total'] }, 'example', "must have required property 'total'"],
  ])('may not be %s', (_, schema, field, why) => {
    expect(schemas.faultOf(schema, example)).toMatchObject({ field, why: expect.stringContaining(why) });
  });

  it('is given up when it takes too long, and the next one is judged as always', () => {
    const schema = { properties: { slow: { type: 'string', pattern: '^(a+)+$' } } };
    const startedAt = performance.now();
    const fault = schemas.faultOf(schema, { slow: `${'a'.repeat(60)}!` });
    expect(fault).toMatchObject({ field: 'schema', why: expect.stringContaining('takes more than') });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(schemas.faultOf({ type: 'object' }, example)).toBeUndefined();
  });
});
