import { parseArgs } from 'node:util';

/** Reads `--name N` for each default, and the flags. Undefined for what cannot be understood. */
export function numberOptions<Numbers extends Readonly<Record<string, number>>>(
  args: readonly string[],
  defaults: Numbers,
  flags: readonly string[] = [],
): (Record<keyof Numbers, number> & { readonly flags: ReadonlySet<string> }) | undefined {
  try {
    const numbers = Object.entries(defaults).map(([name, value]) => {
      return [name, { type: 'string' as const, default: String(value) }] as const;
    });
    const switches = flags.map((name) => [name, { type: 'boolean' as const, default: false }] as const);
    const parsed = parseArgs({ args: [...args], options: Object.fromEntries([...numbers, ...switches]) });
    const values: Readonly<Record<string, unknown>> = parsed.values;
    const read = Object.keys(defaults).map((name) => [name, Number(values[name])] as const);
    if (read.some(([, value]) => !Number.isSafeInteger(value) || value < 1)) return undefined;
    const given = new Set(flags.filter((name) => values[name] === true));
    return { ...(Object.fromEntries(read) as Record<keyof Numbers, number>), flags: given };
  } catch {
    return undefined;
  }
}
