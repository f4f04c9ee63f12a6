/** `npm start`: builds what has changed, then runs Kafka, Postgres, the services and the console until Ctrl-C. */
await import('./build.ts');
const { startCommand } = await import('@signalbox/sandbox');

process.exitCode = await startCommand();
