const PRINTABLE = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** Whether a name somebody else chose (a user, a tenant) can be kept as it is: 1 to 255 printable characters. */
export function isSubject(value: unknown): value is string {
  return typeof value === 'string' && PRINTABLE.test(value);
}
