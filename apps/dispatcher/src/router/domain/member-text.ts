const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const BACKSLASH = 0x5c;
const LARGEST_WHITESPACE = 0x20;

/**
 * The exact text of a member of a JSON object, the last one where several have the name, as `JSON.parse` would take it;
 * undefined when there is none. `json` must have been parsed without an error.
 */
export function memberText(json: Buffer, name: string): Buffer | undefined {
  let found: Buffer | undefined;
  let at = skipWhitespace(json, skipWhitespace(json, 0) + 1);
  while (json[at] === QUOTE) {
    const keyEnd = stringEnd(json, at);
    const isIt = JSON.parse(json.toString('utf8', at, keyEnd)) === name;
    const begin = skipWhitespace(json, skipTo(json, keyEnd, COLON) + 1);
    const end = valueEnd(json, begin);
    if (isIt) found = json.subarray(begin, end);
    at = skipWhitespace(json, end);
    if (json[at] === COMMA) at = skipWhitespace(json, at + 1);
  }
  return found;
}

/** Of JSON's characters only whitespace is at or below 0x20 outside a string. */
function skipWhitespace(json: Buffer, from: number): number {
  let at = from;
  while (at < json.length && (json[at] ?? 0) <= LARGEST_WHITESPACE) at++;
  return at;
}

function skipTo(json: Buffer, from: number, byte: number): number {
  let at = from;
  while (at < json.length && json[at] !== byte) at++;
  return at;
}

/** After the closing quote of the string that begins at `from`. */
function stringEnd(json: Buffer, from: number): number {
  let at = from + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function valueEnd(json: Buffer, from: number): number {
  if (json[from] === QUOTE) return stringEnd(json, from);
  let depth = 0;
  for (let at = from; at < json.length;) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) {
      at = stringEnd(json, at);
      continue;
    }
    if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACE || byte <= LARGEST_WHITESPACE)) return at;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    at++;
    if (depth === 0 && (byte === CLOSE_BRACE || byte === CLOSE_BRACKET)) return at;
  }
  return json.length;
}
