import type { TopicNames } from '@signalbox/contracts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockHolder } from './folder-lock.ts';
import { readJson, writeJson } from './kept-file.ts';

export interface RunProcess {
  /** `config-service`, `monitoring`, `dispatcher` or `dispatcher-router`, `-sender`, `-scheduler`. */
  readonly name: string;
  /** The service's own Node process. */
  readonly pid: number;
  /** Serves `/metrics` and `/health/*`. */
  readonly opsUrl: string;
}

/** `.sandbox/run.json`: where everything is while the sandbox runs. Scripts, tests and benchmarks read it. */
export interface RunInfo {
  /** The part before `/api`. */
  readonly apiUrl: string;
  /** `host:port`. */
  readonly grpcUrl: string;
  readonly monitoringUrl: string;
  readonly consoleUrl: string;
  /** Comma list. */
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
  readonly apiKey: string;
  readonly topics: TopicNames;
  readonly processes: readonly RunProcess[];
}

const runFile = (dir: string): string => join(dir, 'run.json');

export const writeRunInfo = (dir: string, info: RunInfo): Promise<void> => writeJson(runFile(dir), info);

export const removeRunInfo = (dir: string): Promise<void> => rm(runFile(dir), { force: true });

/** Undefined while no sandbox is ready in `dir`; one that was killed leaves its file behind, which counts for nothing. */
export async function readRunInfo(dir: string): Promise<RunInfo | undefined> {
  return (await lockHolder(dir)) ? leftRunInfo(dir) : undefined;
}

/** What the file says, whether or not its sandbox still runs. */
export const leftRunInfo = (dir: string): Promise<RunInfo | undefined> => readJson<RunInfo>(runFile(dir));
