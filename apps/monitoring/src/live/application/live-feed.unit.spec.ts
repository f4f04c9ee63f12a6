import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { attempted } from '../../testing/facts.ts';
import type { LiveFilter } from '../domain/live-event.ts';
import { decodePositions } from '../domain/positions.ts';
import { LiveFeed, TooManyReaders } from './live-feed.ts';
import type { LiveLogListener, LiveRecord } from './live-log.port.ts';
import type { LiveSink } from './live-sink.port.ts';

/** A log whose records are told by the test, and whose rereads end when the test says so, or with their signal. */
class ToldLog {
  readonly rereads: { readonly signal: AbortSignal; end: () => void }[] = [];
  listener: LiveLogListener | undefined;

  open(listener: LiveLogListener) {
    this.listener = listener;
    return Promise.resolve({
      begun: [30_000],
      close: () => Promise.resolve(),
      reread: (_from: readonly number[], _onRecord: (record: LiveRecord) => void, signal: AbortSignal) => {
        const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
        signal.addEventListener('abort', () => reject(signal.reason));
        this.rereads.push({ signal, end: () => resolve([1_000_000]) });
        return promise;
      },
    });
  }
}

class Sink implements LiveSink {
  text = '';
  isSlow = false;
  drain: () => void = () => {};

  write(text: string): boolean {
    this.text += text;
    return !this.isSlow;
  }

  onDrain(listener: () => void): void {
    this.drain = listener;
  }

  end(): void {}
}

const filterOf = (tenantId: string): LiveFilter => {
  return { tenantId, webhookIds: null, eventTypes: null, states: null };
};

let log: ToldLog;
let feed: LiveFeed;
let lost: unknown[];
beforeEach(() => {
  log = new ToldLog();
  lost = [];
  const observer = {
    onReaders: () => {},
    onSent: () => {},
    onSkipped: () => {},
    onLost: (error: unknown) => void lost.push(error),
  };
  feed = new LiveFeed({ log, observer });
});
afterEach(async () => feed.stop());

const join = async (tenantId: string, resumeFrom?: readonly number[], sink = new Sink()) => ({
  sink,
  reader: await feed.join(filterOf(tenantId), sink, resumeFrom),
});

describe('readers of the live feed', () => {
  it('of one tenant leave room for those of another', async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, async () => join('acme')));
    await expect(join('acme')).rejects.toThrow(TooManyReaders);
    await expect(join('acme')).rejects.toThrow('20 readers of yours are connected');
    await join('other');
    feed.leave(readers[0]!.reader);
    await join('acme');
  });

  it('who go while what they missed is read for them end that reading', async () => {
    const { reader } = await join('acme', [29_990]);
    expect(log.rereads.map(({ signal }) => signal.aborted)).toEqual([false]);
    feed.leave(reader);
    expect(log.rereads.map(({ signal }) => signal.aborted)).toEqual([true]);
    await join('acme', [29_990]);
    expect(lost).toEqual([]);
  });

  it('who were away for too long are told so, and not how much others did meanwhile', async () => {
    const { sink } = await join('acme', [0]);
    expect(sink.text).toContain('event: skipped\ndata: {"reason":"too-far-behind"}\n');
  });

  it('share what may be held for them: the more there are, the less for each', async () => {
    const error = 'e'.repeat(100_000);
    let next = 30_000;
    const show = (count: number): void => {
      for (const end = next + count; next < end; next++) {
        log.listener?.onRecord({ partition: 0, offset: next, fact: attempted({ tenantId: 'acme', error }) });
      }
    };
    const heldBy = async (others: number): Promise<number> => {
      const readers = await Promise.all(Array.from({ length: others }, async (_, index) => join(`tenant-${index}`)));
      const { sink, reader } = await join('acme', [next - 1]);
      show(60);
      log.rereads.at(-1)?.end();
      await new Promise(setImmediate);
      const shown = sink.text.match(/event: attempt\n/g)?.length ?? 0;
      const [, count] = /event: skipped\ndata: \{"count":(\d+),"reason":"slow-reader"\}/.exec(sink.text) ?? [];
      expect(shown + Number(count)).toBe(60);
      for (const one of [...readers.map((other) => other.reader), reader]) feed.leave(one);
      return shown;
    };
    const alone = await heldBy(0);
    expect(alone).toBe(41);
    const oneOfMany = await heldBy(63);
    expect(oneOfMany).toBe(10);
  });
});

describe('a heartbeat', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const heartbeatsIn = ({ text }: Sink): readonly string[] =>
    [...text.matchAll(/: heartbeat\nid: (\S+)\n\n/g)].map(([, id = '']) => id);

  it('comes every 15 s, with the position up to which there was nothing to show', async () => {
    const { sink } = await join('acme');
    await jest.advanceTimersByTimeAsync(14_999);
    expect(heartbeatsIn(sink)).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    log.listener?.onRecord({ partition: 0, offset: 30_006, fact: attempted({ tenantId: 'other' }) });
    await jest.advanceTimersByTimeAsync(15_000);
    expect(heartbeatsIn(sink).map(decodePositions)).toEqual([[30_000], [30_007]]);
  });

  it('is not written to who takes nothing, nor to who has gone', async () => {
    const slow = new Sink();
    slow.isSlow = true;
    await join('acme', undefined, slow);
    const { sink, reader } = await join('acme');
    feed.leave(reader);
    await jest.advanceTimersByTimeAsync(30_000);
    expect([heartbeatsIn(slow), heartbeatsIn(sink)]).toEqual([[], []]);
    slow.isSlow = false;
    slow.drain();
    await jest.advanceTimersByTimeAsync(15_000);
    expect(heartbeatsIn(slow)).toHaveLength(1);
  });

  it('promises nothing of what its reader still has to be given', async () => {
    const { sink } = await join('acme', [29_990]);
    log.listener?.onRecord({ partition: 0, offset: 30_000, fact: attempted({ tenantId: 'acme' }) });
    await jest.advanceTimersByTimeAsync(15_000);
    expect(heartbeatsIn(sink).map(decodePositions)).toEqual([[29_990]]);
  });
});
