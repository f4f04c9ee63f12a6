/** `npm run config -- COMMAND`: commands of config-service on the running sandbox, or on what the environment names. */
import { runServiceCommand } from './service-command.ts';

await runServiceCommand('config-service');
