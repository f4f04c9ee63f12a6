import { afterEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { OutboxRelay } from './outbox-relay.ts';
import type { OpenOutboxLog, OutboxLog } from './outbox-log.port.ts';
import type { HeldOutbox, OutboxEntry, OutboxHolding } from './outbox.port.ts';

/** An outbox whose lock can be taken away, and a log that can be away. */
class World implements OutboxHolding, OutboxLog {
  waiting: OutboxEntry[] = [];
  readonly published: (string | null)[] = [];
  readonly marked: number[] = [];
  isHeldElsewhere = false;
  isLogAway = false;
  held = 0;
  opened = 0;
  isGateOpen = true;
  refusals = 0;
  #listener: { onChange: () => void; onLost: () => void } | undefined;
  #isLost = false;
  #nextId = 1;

  async tryHold(listener: { onChange: () => void; onLost: () => void }): Promise<HeldOutbox | undefined> {
    if (this.isHeldElsewhere) return undefined;
    this.held++;
    this.#isLost = false;
    this.#listener = listener;
    const check = (): void => {
      if (this.#isLost) throw new Error('the lock is lost');
    };
    return {
      unpublished: async (limit) => {
        check();
        return this.waiting.slice(0, limit);
      },
      markPublished: async (entries) => {
        check();
        const ids = new Set(entries.map(({ id }) => id));
        this.waiting = this.waiting.filter(({ id }) => !ids.has(id));
        this.marked.push(...ids);
      },
      prune: async () => undefined,
      release: async () => undefined,
    };
  }

  /** As the fence does: what an earlier opener has under way comes to nothing. */
  async open(signal: AbortSignal): Promise<OpenOutboxLog> {
    const opened = ++this.opened;
    let isClosed = false;
    const isOver = (): boolean => isClosed || signal.aborted || this.opened !== opened;
    return {
      publish: async (entries) => {
        await waitFor(() => !this.isLogAway || isOver(), { what: 'the log' });
        if (isOver()) throw new Error('fenced, or closed');
        this.published.push(...entries.map(({ value }) => value));
      },
      close: () => (isClosed = true),
    };
  }

  commit(...values: readonly string[]): void {
    for (const value of values) {
      this.waiting.push({ id: this.#nextId++, topic: 'webhooks', key: 'w', value, headers: {} });
    }
    this.#listener?.onChange();
  }

  loseLock(): void {
    this.#isLost = true;
    this.#listener?.onLost();
  }
}

let relay: OutboxRelay | undefined;
afterEach(async () => relay?.stop());

const start = (world: World, pollMs = 60_000): unknown[] => {
  const trouble: unknown[] = [];
  relay = new OutboxRelay({
    holding: world,
    log: world,
    gate: { isOpen: async () => world.isGateOpen },
    onClosed: () => world.refusals++,
    onPublished: () => undefined,
    onTrouble: (error) => trouble.push(error),
    pollMs,
    pauseMs: 10,
  });
  relay.start();
  return trouble;
};

describe('the relay of the outbox', () => {
  it('publishes at once what is committed, in order', async () => {
    const world = new World();
    world.commit('a', 'b');
    start(world);
    await waitFor(() => world.marked.length === 2, { what: 'the first two' });
    world.commit('c');
    await waitFor(() => world.marked.length === 3, { what: 'the third' });
    expect(world.published).toEqual(['a', 'b', 'c']);
  });

  it('marks nothing before the log has it, and goes on when the log is back', async () => {
    const world = new World();
    world.isLogAway = true;
    world.commit('a');
    start(world);
    await waitFor(() => world.held === 1, { what: 'the outbox to be held' });
    world.commit('b');
    expect(world.marked).toEqual([]);
    world.isLogAway = false;
    await waitFor(() => world.marked.length === 2, { what: 'both' });
    expect(world.published).toEqual(['a', 'b']);
  });

  it('publishes again what it could not mark because its lock was lost', async () => {
    const world = new World();
    world.isLogAway = true;
    world.commit('a');
    const trouble = start(world, 10);
    await waitFor(() => world.held === 1, { what: 'the outbox to be held' });
    world.loseLock();
    world.isLogAway = false;
    await waitFor(() => world.marked.length === 1, { what: 'the entry to be marked' });
    expect(world.held).toBe(2);
    expect(trouble).toHaveLength(1);
  });

  it('lets go of the outbox when the log fails, and reads anew what it publishes then', async () => {
    const world = new World();
    world.isLogAway = true;
    world.commit('a');
    const trouble = start(world, 10);
    await waitFor(() => world.opened === 1, { what: 'the log to be opened' });
    // Somebody else shuts this relay out.
    world.opened++;
    await waitFor(() => world.held === 2, { what: 'the outbox to be held again' });
    world.isLogAway = false;
    await waitFor(() => world.marked.length === 1, { what: 'the entry to be marked' });
    expect(world.published).toEqual(['a']);
    expect(trouble).toHaveLength(1);
  });

  it('publishes nothing while it may not, and leaves the outbox to others', async () => {
    const world = new World();
    world.isGateOpen = false;
    world.commit('a');
    start(world, 10);
    await waitFor(() => world.refusals === 2, { what: 'two refusals' });
    expect(world.held).toBeGreaterThanOrEqual(2);
    expect(world.published).toEqual([]);
    world.isGateOpen = true;
    await waitFor(() => world.marked.length === 1, { what: 'the entry to be marked' });
  });

  it('publishes nothing more once it may not, though it holds the outbox all the while', async () => {
    const world = new World();
    world.commit('a');
    start(world);
    await waitFor(() => world.marked.length === 1, { what: 'the first to be marked' });
    world.isGateOpen = false;
    world.commit('b');
    await waitFor(() => world.refusals > 0, { what: 'a refusal' });
    expect(world.published).toEqual(['a']);
    expect(world.waiting).toHaveLength(1);
  });

  it('waits while another instance relays, and takes over when that one is gone', async () => {
    const world = new World();
    world.isHeldElsewhere = true;
    world.commit('a');
    start(world, 10);
    world.isHeldElsewhere = false;
    await waitFor(() => world.marked.length === 1, { what: 'the take-over' });
  });

  it('stops though the log is away, and leaves the rest for the next start', async () => {
    const world = new World();
    world.isLogAway = true;
    world.commit('a');
    start(world);
    await waitFor(() => world.held === 1, { what: 'the outbox to be held' });
    await relay?.stop();
    expect(world.waiting).toHaveLength(1);
  });
});
