import './int-setup.ts';

/** Global teardown of the `int` project: ends the Kafka and the Postgres of the run, where they were started. */
export default async function teardown(): Promise<void> {
  const shared = globalThis.signalboxSharedBackends;
  if (!shared) return;
  shared.server.close();
  const servers = await shared.started()?.catch(() => undefined);
  await servers?.stop();
}
