/**
 * Global setup of the suites that run the whole system: asks once whether there is a Docker engine for
 * `TEST_WITH=containers`, so that the answer is said in one line and not by each spec file.
 */
export default async function setup(): Promise<void> {
  if (process.env['TEST_WITH'] !== 'containers') return;
  const { shouldUseContainers } = await import('@signalbox/testing');
  if (!(await shouldUseContainers())) delete process.env['TEST_WITH'];
}
