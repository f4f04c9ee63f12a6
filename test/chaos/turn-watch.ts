/** Waits for conditions about what arrives in this process, without asking again and again. */
export class TurnWatch {
  private readonly watchers = new Set<() => void>();

  /** To be called after each change. */
  tell(): void {
    for (const watcher of this.watchers) watcher();
  }

  /** Resolves in the very turn in which a change makes the condition true. */
  async until(what: string, condition: () => boolean, timeoutMs: number): Promise<void> {
    if (condition()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watcher = (): void => {
      if (condition()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}`)), timeoutMs);
    this.watchers.add(watcher);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.watchers.delete(watcher);
    }
  }
}
