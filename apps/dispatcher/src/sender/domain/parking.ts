/** Tasks that wait for a newer state of their webhook than is known here (invariant 7). Pure. */
export class Parking<Task extends { readonly bytes: number }> {
  private readonly tasks = new Map<string, { readonly task: Task; readonly sinceMs: number }[]>();
  private parked = 0;
  private parkedBytes = 0;

  get size(): number {
    return this.parked;
  }

  get bytes(): number {
    return this.parkedBytes;
  }

  add(webhookId: string, task: Task, nowMs: number): void {
    const waiting = this.tasks.get(webhookId);
    if (waiting === undefined) this.tasks.set(webhookId, [{ task, sinceMs: nowMs }]);
    else waiting.push({ task, sinceMs: nowMs });
    this.parked++;
    this.parkedBytes += task.bytes;
  }

  /** All that waits for this webhook, taken out. */
  take(webhookId: string): readonly Task[] {
    const waiting = this.tasks.get(webhookId) ?? [];
    this.tasks.delete(webhookId);
    return this.taken(waiting.map(({ task }) => task));
  }

  /** Everything, taken out. */
  takeAll(): readonly Task[] {
    const tasks = [...this.tasks.values()].flatMap((waiting) => waiting.map(({ task }) => task));
    this.clear();
    return tasks;
  }

  /** All that has waited since before `sinceBeforeMs`, taken out. */
  takeOlder(sinceBeforeMs: number): readonly Task[] {
    const taken: Task[] = [];
    for (const [webhookId, waiting] of this.tasks) {
      const older = waiting.filter(({ sinceMs }) => sinceMs < sinceBeforeMs);
      if (older.length === 0) continue;
      taken.push(...older.map(({ task }) => task));
      if (older.length === waiting.length) this.tasks.delete(webhookId);
      else this.tasks.set(webhookId, waiting.slice(older.length));
    }
    return this.taken(taken);
  }

  clear(): void {
    this.tasks.clear();
    this.parked = 0;
    this.parkedBytes = 0;
  }

  private taken(tasks: readonly Task[]): readonly Task[] {
    this.parked -= tasks.length;
    for (const task of tasks) this.parkedBytes -= task.bytes;
    return tasks;
  }
}
