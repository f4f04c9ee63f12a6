import { runInNewContext } from 'node:vm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { PayloadSchemas, SchemaFault } from '../../application/payload-schemas.port.ts';

/** Compiling and checking together. */
const TIMEOUT_MS = 1_000;
const DIALECT = 'a JSON Schema of dialect 2020-12 without references to elsewhere';

/**
 * JSON Schema by ajv. A pattern of the schema may take for ever on the example, so both run under the watchdog of
 * `node:vm`, which is there for its time limit only: what ajv compiles is run in this context as always.
 */
export class AjvPayloadSchemas implements PayloadSchemas {
  constructor() {
    // ajv compiles its own schemas first, cold, which takes a busy machine longer than the watchdog waits for a caller's.
    judge({}, {});
  }

  faultOf(
    schema: Readonly<Record<string, unknown>>,
    example: Readonly<Record<string, unknown>>,
  ): SchemaFault | undefined {
    try {
      return runInNewContext('judge()', { judge: () => judge(schema, example) }, { timeout: TIMEOUT_MS }) as
        SchemaFault | undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return { field: 'schema', why: `takes more than ${TIMEOUT_MS} ms on the example`, expected: 'a simpler schema' };
    }
  }
}

function judge(schema: object, example: object): SchemaFault | undefined {
  // `format` says what is meant, and checks nothing (2020-12, section 7.2.1).
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  let validate;
  try {
    validate = ajv.compile(schema);
  } catch (error) {
    return { field: 'schema', why: `is no JSON Schema: ${shown(error)}`, expected: DIALECT };
  }
  if ('$async' in validate) return { field: 'schema', why: 'is asynchronous', expected: DIALECT };
  if (validate(example)) return undefined;
  const why = `does not satisfy the schema: ${ajv.errorsText(validate.errors, { dataVar: 'example' }).slice(0, 200)}`;
  return { field: 'example', why, expected: 'an example of what the schema describes' };
}

function shown(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}
