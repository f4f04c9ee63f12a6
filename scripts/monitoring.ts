/** `npm run monitoring -- COMMAND`: commands of monitoring on the running sandbox, or on what the environment names. */
import { runServiceCommand } from './service-command.ts';

await runServiceCommand('monitoring');
