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

/** Base64 text of at least `minBytes` bytes, decoded. */
export function base64Variable(minBytes: number) {
  return z
    .string()
    .refine((text) => /^[A-Za-z0-9+/_-]+={0,2}$/.test(text), 'is not base64')
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((bytes) => bytes.length >= minBytes, `is shorter than ${minBytes} bytes`)
    .describe(`base64 of at least ${minBytes} random bytes, such as \`openssl rand -base64 ${minBytes}\` prints`);
}
