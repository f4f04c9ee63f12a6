import './browser-setup.ts';

/** Global teardown of the `browser` project. */
export default async function teardown(): Promise<void> {
  const running = globalThis.signalboxConsoleTest;
  await running?.browser.close();
  await running?.sandbox.stop();
  await running?.issuer.close();
}
