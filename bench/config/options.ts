import { parseArgs } from 'node:util';

export const USAGE = `npm run bench -- config [options]
  --webhooks N  webhooks of the tenant whose list is read; 10000 by default
  --reads N     reads of one webhook whose CPU is counted; 20000 by default
  --lists N     pages of 100 with stats that are timed; 200 by default
  --changes N   changes that are followed until they are in effect; 300 by default
  --profile     takes a CPU profile of config-service while one webhook is read`;

export interface ConfigOptions {
  readonly webhooks: number;
  readonly reads: number;
  readonly lists: number;
  readonly changes: number;
  readonly isProfiled: boolean;
}

/** Undefined for what cannot be understood. */
export function readOptions(args: readonly string[]): ConfigOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        webhooks: { type: 'string', default: '10000' },
        reads: { type: 'string', default: '20000' },
        lists: { type: 'string', default: '200' },
        changes: { type: 'string', default: '300' },
        profile: { type: 'boolean', default: false },
      },
    });
    const [webhooks = 0, reads = 0, lists = 0, changes = 0] = [
      values.webhooks,
      values.reads,
      values.lists,
      values.changes,
    ].map((text) => (/^\d{1,7}$/.test(text) ? Number(text) : 0));
    const isWhole = webhooks >= 100 && reads > 0 && lists > 0 && changes > 0;
    return isWhole ? { webhooks, reads, lists, changes, isProfiled: values.profile } : undefined;
  } catch {
    return undefined;
  }
}
