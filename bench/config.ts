/** `npm run bench -- config`: what config-service's answers cost, and how soon a change is in effect. docs/benchmarks.md. */
import { configCommand } from './config/config-command.ts';

process.exitCode = await configCommand(process.argv.slice(2));
