/**
 * Checks every import of the repository against .dependency-cruiser.ts. `node scripts/boundaries.ts [root]`, where root
 * is the workspace to check (default: this one). Exits 1 when a rule is broken, or when a source file was not looked at:
 * a cruiser that finds no module finds no fault either, and says so by exit code 0.
 */
import { cruise, format, type ICruiseResult } from 'dependency-cruiser';
import { glob } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import configuration from '../.dependency-cruiser.ts';

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));

const isForeign = (path: string) => path.includes('node_modules') || path.endsWith('.d.ts');

/** Every TypeScript file of the workspaces and of the scripts, relative to `root`. */
async function findSources(): Promise<string[]> {
  const patterns = ['{apps,libs}/*/src/**/*.{ts,tsx}', '{test,bench,scripts}/**/*.{ts,tsx}'];
  const sources: string[] = [];
  for await (const source of glob(patterns, { cwd: root, exclude: isForeign })) sources.push(source);
  return sources.toSorted();
}

// dependency-cruiser names modules relative to the working directory, and the rules match these names.
process.chdir(root);
const sources = await findSources();
const { options, ...ruleSet } = configuration;
const { output } = await cruise(sources, { ...options, ruleSet, validate: true });
if (typeof output === 'string') throw new Error('dependency-cruiser was asked for an object and returned text');

/** @returns the source files the cruiser did not look into. */
function findMissed(result: ICruiseResult): string[] {
  const seen = new Set(result.modules.map((module) => module.source));
  return sources.filter((source) => !seen.has(source));
}

const missed = findMissed(output);
if (sources.length === 0 || output.summary.totalCruised < sources.length || missed.length > 0) {
  console.error(
    `boundaries: ${output.summary.totalCruised} modules cruised, ${sources.length} source files in ${root}`,
  );
  for (const source of missed) console.error(`boundaries: not cruised: ${source}`);
  process.exitCode = 1;
}

const { summary } = output;
if (summary.violations.length > 0) {
  const report = await format(output, { outputType: 'err-long' });
  console.error(report.output);
  process.exitCode = 1;
} else if (process.exitCode !== 1) {
  console.log(`boundaries: ${sources.length} source files, ${summary.totalDependenciesCruised} imports, no fault`);
}
