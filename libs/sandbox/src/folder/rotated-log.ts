import { rename, stat } from 'node:fs/promises';

const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** Moves a log file that has grown large to `<file>.1`, in place of the one before; to be called before it is opened. */
export async function rotateLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(file, `${file}.1`);
}
