import { Client } from 'pg';
import { RestClient } from '../config/rest-client.ts';
import { currentLoad, machineLines } from '../measure/machine.ts';
import { generateBuckets } from './bucket-generator.ts';
import { onMonitoringSandbox } from './monitoring-sandbox.ts';
import { numberOptions } from './number-options.ts';

const USAGE = `npm run bench -- health [options]
  --webhooks N  that have 24 hours of buckets; 10000 by default
  --reads N     of each kind that are timed; 200 by default`;

const AIM_MS = 20;
const PAGE = 100;
const WARM_UP = 20;

/** Answers the exit code: 0 when it was measured, 1 when it could not be, 2 for wrong usage. */
export async function healthCommand(args: readonly string[]): Promise<number> {
  const options = numberOptions(args, { webhooks: 10_000, reads: 200 });
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const load = currentLoad();
  return onMonitoringSandbox({}, ['config-service', 'monitoring'], async (sandbox) => {
    const { apiUrl, apiKey, databaseUrl } = sandbox.runInfo;
    const client = new RestClient(apiUrl, apiKey);
    const database = new Client({ connectionString: databaseUrl });
    await database.connect();
    try {
      const ids: string[] = [];
      while (ids.length < PAGE) {
        const webhook = { name: 'bench', events: ['PostSignIn'], config: { url: 'http://127.0.0.1:8099/' } };
        const { body } = await client.call('POST', '/api/hooks', webhook);
        ids.push((body as { readonly id: string }).id);
      }
      const rows = await generateBuckets(database, 'default', ids, options.webhooks - PAGE);
      const paths = {
        [`${PAGE} webhooks`]: `/api/health?hookIds=${ids.join(',')}`,
        'one webhook': `/api/hooks/${ids[0]}/health`,
      };
      const lines = ['', ['npm run bench -- health', ...args].join(' '), ...machineLines(true, load)];
      lines.push(`buckets   ${rows} rows of ${options.webhooks} webhooks`);
      for (const [what, path] of Object.entries(paths)) {
        const sorted = await timesMs(options.reads, async () => client.call('GET', path));
        const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
        const verdict = at(0.5) <= AIM_MS ? 'met' : 'MISSED';
        lines.push(
          `${what.padEnd(13)}p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, over HTTP and the public door; ` +
            `aim ${AIM_MS} ms: ${verdict} at p50`,
        );
      }
      for (const line of lines) console.log(line);
    } finally {
      await database.end();
    }
  });
}

/** Ascending. */
async function timesMs(reads: number, read: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < reads + WARM_UP; index++) {
    const startedAtMs = performance.now();
    await read();
    if (index >= WARM_UP) times.push(performance.now() - startedAtMs);
  }
  return times.toSorted((left, right) => left - right);
}
