import { runService } from '@signalbox/config';
import { verifyCommand } from './verification/verify-command.ts';

const USAGE = `npm run monitoring -- COMMAND
  verify   counts the facts of the topic anew and compares with the tables; exits 1 when they differ
The database and the brokers are those of the running sandbox, or DATABASE_URL and KAFKA_BROKERS.
`;

await runService(async () => {
  const [command] = process.argv.slice(2);
  if (command === 'verify') {
    const isEqual = await verifyCommand(process.env, (line) => process.stdout.write(`${line}\n`));
    process.exitCode = isEqual ? 0 : 1;
    return;
  }
  process.stderr.write(USAGE);
  process.exitCode = 2;
});
