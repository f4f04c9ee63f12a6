import { rename, mkdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from '@signalbox/sandbox';
import type { PhaseOptions } from '../delivery/phase.ts';
import type { Session } from '../delivery/session.ts';
import { profileLines } from '../measure/cpu-profile.ts';

const WRITTEN_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 200;

/** Runs a phase under a service's profile, keeps that beside the repository's others, and says where its time went. */
export async function profilePhase(
  session: Session,
  phase: PhaseOptions,
  service: string,
  dir: string,
): Promise<readonly string[]> {
  session.toggleProfiles([service]);
  await session.phase(phase);
  session.toggleProfiles([service]);
  const kept = join(repositoryRoot(), '.sandbox-profiles', `${service}, ${phase.name}.cpuprofile`);
  await mkdir(join(kept, '..'), { recursive: true });
  await rename(await written(join(dir, `${service}.cpuprofile`)), kept);
  return ['', `profile of ${service}, ${phase.name}: ${relative(process.cwd(), kept)}`, ...profileLines(kept)];
}

/** The service writes it when it has had the signal, all at once. */
async function written(file: string): Promise<string> {
  for (let waitedMs = 0; waitedMs < WRITTEN_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    await sleep(LOOK_EVERY_MS);
    if (size > 0) return file;
  }
  throw new Error(`${file} was not written within ${WRITTEN_WITHIN_MS} ms`);
}
