import type { HttpTransport, PostOutcome, PostRequest } from '@signalbox/egress';
import type { SeededRandom } from './seeded-random.ts';
import type { RequestingProcess } from './simulated-brokers.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How an endpoint is at the moment. */
export const MODES = ['well', 'slow', 'hangs', 'fails', 'busy', 'resets', 'unreachable', 'gone', 'aborts'] as const;
export type Mode = (typeof MODES)[number];

const NOT_STARTED: PostOutcome = {
  kind: 'failed',
  errorClass: 'connect',
  message: 'nothing was sent',
  timings: { totalMs: 0 },
  isOwnFault: true,
};

/** The customers' endpoints, by URL, and what becomes of POSTs to them. */
export class SimulatedEndpoints {
  private readonly modes = new Map<string, Mode>();
  /** Our own network is down: nothing gets out. */
  isCutOff = false;

  constructor(
    private readonly time: VirtualTime,
    private readonly random: SeededRandom,
  ) {}

  /** All endpoints of the origin are this way from now on. */
  change(origin: string, mode: Mode): void {
    this.modes.set(origin, mode);
  }

  /** All answer 200 from now on. */
  heal(): void {
    this.modes.clear();
    this.isCutOff = false;
  }

  /** The way out of one process; `onPost` is told of each POST. */
  transport(process: RequestingProcess, onPost: (request: PostRequest) => () => void): HttpTransport {
    return {
      post: (request, done) => {
        // Not asked before a byte can go out.
        if (this.isInReach(request) && request.mayStart?.() === false) {
          this.time.after(0, () => process.whenAwake(() => done(NOT_STARTED)));
          return;
        }
        const onEnded = onPost(request);
        const { outcome, afterMs } = this.outcomeFor(request);
        this.time.after(afterMs, () => {
          onEnded();
          process.whenAwake(() => done(outcome));
        });
      },
      close: () => Promise.resolve(),
    };
  }

  private isInReach({ endpoint }: PostRequest): boolean {
    return !this.isCutOff && this.modes.get(endpoint.origin) !== 'unreachable';
  }

  private outcomeFor({ endpoint, timeoutMs }: PostRequest): {
    readonly outcome: PostOutcome;
    readonly afterMs: number;
  } {
    const quickMs = this.random.between(1, 120);
    const answered = (afterMs: number, statusCode: number, more: object = {}) => ({
      outcome: {
        kind: 'answered',
        statusCode,
        answer: Buffer.alloc(0),
        timings: { totalMs: afterMs },
        ...more,
      } as const,
      afterMs,
    });
    const failed = (afterMs: number, errorClass: 'timeout' | 'connect' | 'reset' | 'dns', isOwnFault = false) => ({
      outcome: {
        kind: 'failed',
        errorClass,
        message: errorClass,
        timings: { totalMs: afterMs },
        isOwnFault,
      } as const,
      afterMs,
    });
    if (this.isCutOff) return failed(quickMs, 'dns', true);
    switch (this.modes.get(endpoint.origin) ?? 'well') {
      case 'well':
        return answered(quickMs, 200);
      case 'slow':
        return answered(Math.min(timeoutMs - 1, quickMs * 40), 200);
      case 'hangs':
        return failed(timeoutMs, 'timeout');
      case 'fails':
        return answered(quickMs, this.random.pick([500, 503, 400]));
      case 'busy':
        return answered(quickMs, 429, { retryAfter: '2' });
      case 'resets':
        return failed(quickMs, 'reset');
      case 'unreachable':
        return failed(quickMs, 'connect');
      case 'gone':
        // Slow, or hardly ever would a process be cut off between its question and this answer.
        return answered(Math.min(timeoutMs - 1, quickMs * 20), 410);
      case 'aborts':
        return answered(quickMs, 500, { webhookDelivery: 'abort-message' });
    }
  }
}
