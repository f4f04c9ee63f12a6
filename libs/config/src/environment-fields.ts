import { bytesOfBase64 } from '@signalbox/domain';
import type { ParsedSetting } from '@signalbox/domain';
import { z } from 'zod';

/** A whole number written in decimal digits, from `min` to `max`. */
export function integerVariable(options: { readonly min: number; readonly max: number }) {
  const { min, max } = options;
  return z
    .string()
    .regex(/^\d+$/, 'is not a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not within ${min} and ${max}`)
    .describe(`a whole number from ${min} to ${max}`);
}

/** A TCP port to listen on; 0 takes a free one, which the `service.ready` line then names. */
export function portVariable() {
  return integerVariable({ min: 0, max: 65_535 }).describe('a port from 0 (a free one) to 65535');
}

export function booleanVariable() {
  return z
    .enum(['true', 'false'], 'is neither true nor false')
    .transform((value) => value === 'true')
    .describe('true or false');
}

/** Values separated by commas; white space around them is dropped, empty ones are left out. */
export function listVariable() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );
}

/** `http://` or `https://`, without a slash at the end. */
export function httpUrlVariable() {
  return z
    .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('a URL such as http://127.0.0.1:3002');
}

/** A text with a parser of its own, which names every fault of it. A default is a text too: give it by `prefault`. */
export function parsedVariable<Value>(parse: (text: string) => ParsedSetting<Value>) {
  return z.string().transform((text, context): Value => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    for (const message of parsed.faults) context.issues.push({ code: 'custom', message, input: undefined });
    return z.NEVER;
  });
}

/** Base64 text of at least `minBytes` bytes, decoded. */
export function base64Variable(minBytes: number) {
  return parsedVariable((text) => {
    const bytes = bytesOfBase64(text);
    if (bytes === undefined) return { ok: false, faults: ['is not base64'] };
    if (bytes.length < minBytes) return { ok: false, faults: [`is shorter than ${minBytes} bytes`] };
    return { ok: true, value: bytes };
  }).describe(`base64 of at least ${minBytes} random bytes, such as \`openssl rand -base64 ${minBytes}\` prints`);
}
