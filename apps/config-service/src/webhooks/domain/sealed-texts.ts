/** The members of events, rows and records that hold a sealed text, wherever they stand. */
const SEALED_MEMBERS = new Set(['signingKey', 'sealed', 'sealedValue', 'ed25519PrivateKey']);

/** The same JSON value with every sealed text of it replaced by what `replace` makes of it. */
export function mapSealedTexts<T>(value: T, replace: (sealed: string) => string): T {
  return mapped(value, replace) as T;
}

function mapped(value: unknown, replace: (sealed: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'string' && SEALED_MEMBERS.has(name) ? replace(member) : mapped(member, replace),
    ]),
  );
}
