/** `npm run bench -- delivery`: what one delivery costs on the whole path, and how long it takes. docs/benchmarks.md. */
import { deliveryCommand } from './delivery/delivery-command.ts';

process.exitCode = await deliveryCommand(process.argv.slice(2));
