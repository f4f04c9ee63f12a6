import { invalidInput } from '../errors/signalbox-error.ts';

/** Deeper than any body of the API or JSON Schema of an event; what walks over a body by recursion stays safe. */
export const MAX_JSON_DEPTH = 64;

const MAX_SHOWN_PATH = 100;
// A text, or what gives JSON its structure. Everything else (numbers, literals, white space) is passed over.
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/gs;

/** An object being read; a list has no names. */
interface Level {
  readonly names: Set<string> | undefined;
  readonly path: string;
  isNameNext: boolean;
  last: string;
}

/**
 * The value of a JSON text (RFC 8259). Stricter than `JSON.parse`, whose answer to a member that is given twice is to
 * forget the first: two readers of one body could then see different things.
 *
 * @throws SignalboxError `guard.invalid_input` for bytes that are no UTF-8, text that is no JSON, a member given twice or
 * named `__proto__`, and more than MAX_JSON_DEPTH levels.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  const text = textOf(bytes);
  const value = valueOf(text);
  refuseAmbiguity(text);
  return value;
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refused('body', 'is not valid UTF-8', 'JSON in UTF-8');
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words quote the body, which may hold secrets.
    throw refused('body', 'is not valid JSON', 'a JSON object');
  }
}

function refuseAmbiguity(text: string): void {
  const levels: Level[] = [];
  for (const [token] of text.matchAll(TOKENS)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      if (levels.length === MAX_JSON_DEPTH) {
        throw refused('body', `is nested more than ${MAX_JSON_DEPTH} levels deep`, 'a flatter body');
      }
      const names = token === '{' ? new Set<string>() : undefined;
      levels.push({ names, path: pathOf(level), isNameNext: token === '{', last: '' });
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else if (token === ',') {
      if (level?.names !== undefined) level.isNameNext = true;
    } else if (level?.isNameNext === true) {
      level.isNameNext = false;
      takeName(level, JSON.parse(token) as string);
    }
  }
}

function takeName(level: Level, name: string): void {
  level.last = name;
  if (level.names?.has(name) === true) throw refused(pathOf(level), 'is given twice', 'each member once');
  if (name === '__proto__') throw refused(pathOf(level), 'is a name that cannot be used', 'another name');
  level.names?.add(name);
}

function pathOf(level: Level | undefined): string {
  if (level === undefined) return '';
  const { names, path, last } = level;
  if (names === undefined) return `${path}[]`;
  return (path === '' ? last : `${path}.${last}`).slice(0, MAX_SHOWN_PATH);
}

function refused(field: string, why: string, expected: string): Error {
  return invalidInput([{ field, why, expected }]);
}
