import { describe, expect, it } from '@jest/globals';
import { ROLES } from './dispatcher.environment.ts';
import { LogScene } from './testing/log-scene.ts';

describe('a role', () => {
  it.each(ROLES)('%s ends where nothing was committed, and says what to do', async (role) => {
    await using scene = await LogScene.start({ isBegun: false });
    const started = scene.spawn(role);
    expect(await started.exitCode).toBe(1);
    expect(started.output()).toContain('no start offset is committed for ');
    expect(started.output()).toContain('run the topics command');
    expect(scene.commits.filter(({ groupId }) => groupId === scene.groups[role])).toEqual([]);
  });
});
