/** `npm run bench -- projector`: what projecting costs, in CPU of monitoring and of Postgres. docs/benchmarks.md. */
import { projectorCommand } from './monitoring/projector-command.ts';

process.exitCode = await projectorCommand(process.argv.slice(2));
