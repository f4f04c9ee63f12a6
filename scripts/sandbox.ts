/** `npm run sandbox -- start | status | stop | reset`: the real Kafka and Postgres of this folder. */
await import('./build.ts');
const { sandboxCommand } = await import('@signalbox/sandbox');

process.exitCode = await sandboxCommand(process.argv.slice(2));
