/** `npm run bench -- health`: how long health takes, of pages, single webhooks and tenants. docs/benchmarks.md. */
import { healthCommand } from './monitoring/health-command.ts';

process.exitCode = await healthCommand(process.argv.slice(2));
