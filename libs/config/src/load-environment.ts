import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { InvalidEnvironment } from './invalid-environment.ts';
import type { EnvironmentFault } from './invalid-environment.ts';
import { incompleteKafkaSettings } from './kafka.environment.ts';
import { isSecret } from './secret-variable.ts';

export type RawEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The variables of `schema`, parsed. An empty variable counts as unset. A secret `X` may be given as `X_FILE`, the path
 * of a file that holds it (as Docker and Kubernetes mount them); surrounding white space of the file is dropped.
 *
 * `faultsBetween` judges variables that are each right alone.
 *
 * @throws InvalidEnvironment naming every fault: variable, why, what would be right.
 */
export function loadEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  env: RawEnvironment,
  faultsBetween: (given: Readonly<Record<string, string>>) => readonly EnvironmentFault[] = () => [],
): z.output<Schema> {
  const faults: EnvironmentFault[] = [];
  const given: Record<string, string> = {};
  for (const [variable, field] of Object.entries(schema.shape)) {
    const value = isSecret(field) ? secretValue(variable, env, faults) : env[variable];
    if (value !== undefined && value !== '') given[variable] = value;
  }
  const parsed = schema.safeParse(given);
  const faulty = new Set(faults.map((fault) => fault.variable));
  const issues = Map.groupBy(parsed.error?.issues ?? [], ({ path }) => String(path[0]));
  for (const [variable, found] of issues) {
    if (faulty.has(variable)) continue;
    const why = given[variable] === undefined ? 'is missing' : found.map(({ message }) => message).join('; ');
    const expected = (schema.shape as Record<string, z.ZodType>)[variable]?.description ?? 'another value';
    faults.push({ variable, why, expected });
  }
  if ('KAFKA_BROKERS' in schema.shape) faults.push(...incompleteKafkaSettings(given));
  faults.push(...faultsBetween(given));
  if (faults.length > 0 || parsed.data === undefined) throw new InvalidEnvironment(faults);
  return parsed.data;
}

function secretValue(variable: string, env: RawEnvironment, faults: EnvironmentFault[]): string | undefined {
  const fileVariable = `${variable}_FILE`;
  const path = env[fileVariable];
  if (path === undefined || path === '') return env[variable];
  if (env[variable] !== undefined && env[variable] !== '') {
    faults.push({ variable, why: `is given together with ${fileVariable}`, expected: 'one of the two' });
    return undefined;
  }
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    faults.push({ variable: fileVariable, why: `cannot be read (${reason})`, expected: 'the path of a readable file' });
    faults.push({ variable, why: 'has no value', expected: `a readable file at ${fileVariable}, or the value itself` });
    return undefined;
  }
}
