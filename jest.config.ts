import type { Config } from '@jest/types';

// One project per suffix (docs: style of tests): a file is in exactly one of them.
const project = (displayName: string, testMatch: string[], extra: Config.InitialProjectOptions = {}) => ({
  displayName,
  testMatch: testMatch.map((pattern) => `<rootDir>/${pattern}`),
  rootDir: import.meta.dirname,
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/.sandbox', '/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  // Workspace packages resolve to their sources, so that a test never runs yesterday's build.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  ...extra,
});

const systemSetup = { globalSetup: '<rootDir>/libs/testing/src/jest/system-setup.ts' };

const config = {
  projects: [
    project('unit', ['{apps,libs}/**/*.unit.spec.ts', 'test/**/*.unit.spec.ts']),
    project('int', ['{apps,libs}/**/*.int.spec.ts'], {
      globalSetup: '<rootDir>/libs/testing/src/jest/int-setup.ts',
      globalTeardown: '<rootDir>/libs/testing/src/jest/int-teardown.ts',
    }),
    project('e2e', ['test/e2e/**/*.e2e.spec.ts'], systemSetup),
    project('browser', ['test/console/**/*.browser.spec.ts'], {
      globalSetup: '<rootDir>/test/console/support/browser-setup.ts',
      globalTeardown: '<rootDir>/test/console/support/browser-teardown.ts',
    }),
    project('chaos', ['test/chaos/**/*.chaos.spec.ts'], systemSetup),
  ],
  testTimeout: 60_000,
  // Modules of ended files stay in a worker's heap. At a GB a collection of it takes seconds: a new worker is cheaper.
  workerIdleMemoryLimit: '700MB',
  testSequencer: '<rootDir>/scripts/longest-first.sequencer.ts',
  // Writes only where .ci/run asks for it by TEST_COUNTS_FILE.
  reporters: ['default', '<rootDir>/scripts/test-count.reporter.ts'],
};

export default config;
