/** `npm run publish -- FILE.ndjson | -`: puts events on the auth-event topic, each line's bytes as they are. */
await import('./build.ts');
const { publishCommand } = await import('@signalbox/sandbox');

process.exitCode = await publishCommand(process.argv.slice(2));
