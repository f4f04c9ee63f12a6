import { runService } from '@signalbox/config';
import { rebuildCommand } from './projections/rebuild-command.ts';
import { readVerifyOptions } from './verification/verify-options.ts';
import { verifyCommand } from './verification/verify-command.ts';

const USAGE = `npm run monitoring -- COMMAND
  verify   counts the facts of the topic anew and compares with the tables; exits 1 when they differ
           --webhook ID      of this webhook alone
           --from T --to T   first scheduled in this time, in whole hours
  rebuild  empties the read models and makes them anew from the topics; may be killed and run again
           --force           also where the topics hold less than the tables; says what is lost
The database and the brokers are those of the running sandbox, or DATABASE_URL and KAFKA_BROKERS.
`;

await runService(async () => {
  const [command, ...args] = process.argv.slice(2);
  if (command === 'verify') {
    const options = readVerifyOptions(args);
    if (typeof options === 'string') {
      process.stderr.write(`${options}\n${USAGE}`);
      process.exitCode = 2;
      return;
    }
    const isEqual = await verifyCommand(process.env, (line) => process.stdout.write(`${line}\n`), options);
    process.exitCode = isEqual ? 0 : 1;
    return;
  }
  const isForced = args.length === 1 && args[0] === '--force';
  if (command === 'rebuild' && (isForced || args.length === 0)) {
    const print = (line: string): void => void process.stdout.write(`${line}\n`);
    const show = (line: string): void => void process.stdout.write(process.stdout.isTTY ? `\r${line}` : `${line}\n`);
    await rebuildCommand(process.env, { print, show }, isForced);
    return;
  }
  process.stderr.write(USAGE);
  process.exitCode = 2;
});
