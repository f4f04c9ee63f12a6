/**
 * The bytes of base64 or base64url text, or undefined when it is neither. Buffer drops what is no base64, so that a
 * password given for a key would quietly become a shorter, weaker one.
 */
export function bytesOfBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
