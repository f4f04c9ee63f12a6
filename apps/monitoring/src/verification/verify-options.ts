import { parseArgs } from 'node:util';

export interface VerifyOptions {
  readonly webhookId: string | null;
  /** Unix ms; null: from where the tables and the topic have all. */
  readonly fromMs: number | null;
  /** Unix ms, exclusive. */
  readonly toMs: number | null;
}

/** A string says what is wrong. */
export function readVerifyOptions(args: readonly string[]): VerifyOptions | string {
  try {
    const options = { webhook: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } } as const;
    const { values } = parseArgs({ args: [...args], options });
    const [from, to] = [timeOf(values.from), timeOf(values.to)];
    if (Number.isNaN(from)) return '--from must be a time, as 2026-03-02T14:00Z or Unix milliseconds';
    if (Number.isNaN(to)) return '--to must be a time, as 2026-03-02T14:00Z or Unix milliseconds';
    if (from !== null && to !== null && from >= to) return '--from must be before --to';
    return { webhookId: values.webhook ?? null, fromMs: from, toMs: to };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
}
