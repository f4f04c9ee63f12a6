import { parseArgs } from 'node:util';

/** Reads `--name N` for each default, and the flags. Undefined for what cannot be understood. */
export function numberOptions<Numbers extends Readonly<Record<string, number>>>(
  args: readonly string[],
  defaults: Numbers,
  flags: readonly string[] = [],
): (Record<keyof Numbers, number> & { readonly flags: ReadonlySet<string> }) | undefined {
  try {
    const known: Record<string, { type: 'string' | 'boolean'; default: string | boolean }> = {};
    for (const [name, value] of Object.entries(defaults)) known[name] = { type: 'string', default: String(value) };
    for (const name of flags) known[name] = { type: 'boolean', default: false };
    const parsed = parseArgs({ args: [...args], options: known });
    const values: Readonly<Record<string, unknown>> = parsed.values;
    const read = Object.keys(defaults).map((name) => [name, Number(values[name])] as const);
    if (read.some(([, value]) => !Number.isSafeInteger(value) || value < 1)) return undefined;
    const given = new Set(flags.filter((name) => values[name] === true));
    return { ...(Object.fromEntries(read) as Record<keyof Numbers, number>), flags: given };
  } catch {
    return undefined;
  }
}
