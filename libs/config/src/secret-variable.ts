import type { z } from 'zod';

/** Marks a variable whose value is never printed, and which may also be given as a file by `<NAME>_FILE`. */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), isSecret: true });
}

export function isSecret(schema: unknown): boolean {
  return (schema as z.ZodType).meta()?.['isSecret'] === true;
}
