import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../sandbox-error.ts';
import { readJson, writeJson } from './kept-file.ts';

export interface SandboxSecrets {
  /** The first API key, with every scope. */
  readonly apiKey: string;
  /** `id=base64 of 32 bytes`. */
  readonly keyring: string;
  /** Base64 of 32 bytes. */
  readonly identityKey: string;
}

/** Made once and kept, readable by their owner only: what was sealed with them is in the database. */
export async function keptSecrets(dir: string): Promise<SandboxSecrets> {
  const file = join(dir, 'secrets.json');
  const stored = await readJson<SandboxSecrets>(file);
  if (stored) return stored;
  if (existsSync(file)) {
    const message = `${file} is damaged, and nothing stored can be read without it. Restore it, or start anew: npm run sandbox -- reset`;
    throw new SandboxError('sandbox.start_failed', message);
  }
  const made: SandboxSecrets = {
    apiKey: `sandbox_${randomBytes(24).toString('base64url')}`,
    keyring: `sandbox1=${randomBytes(32).toString('base64')}`,
    identityKey: randomBytes(32).toString('base64'),
  };
  await writeJson(file, made);
  return made;
}
