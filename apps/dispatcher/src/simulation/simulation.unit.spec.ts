import { afterEach, describe, expect, it } from '@jest/globals';
import { KnownTail, PartitionLedger } from '@signalbox/positions';
import type { SchedulerOptions } from '../scheduler/application/scheduler.ts';
import { Scheduler } from '../scheduler/application/scheduler.ts';
import { Admission } from '../sender/application/admission.ts';
import { ReceiverSteering } from '../sender/application/receiver-steering.ts';
import { Sender } from '../sender/application/sender.ts';
import { Settlement } from '../sender/application/settlement.ts';
import { Breaker } from '../sender/domain/breaker.ts';
import { RepaidDebts } from '../sender/domain/repaid-debts.ts';
import { runSeeds } from './seed-range.ts';
import { SeededRandom } from './seeded-random.ts';
import { LONG_OUTAGES, Simulation } from './simulation.ts';

/** Runs seeds one after the other until one of them breaks an invariant. */
async function firstFault(seeds: number, from = 1): Promise<string | undefined> {
  for (let seed = from; seed < from + seeds; seed++) {
    const { fault } = await new Simulation(seed).run();
    if (fault !== undefined) return `seed ${seed}: ${fault}`;
  }
  return undefined;
}

/** Replaces a method of a module that production wires; what it did before is given to the patch. */
type Method = (this: unknown, ...args: unknown[]) => unknown;
const planted: (() => void)[] = [];
function plant(module: { readonly prototype: object }, method: string, patch: (original: Method) => Method): void {
  const prototype = module.prototype as Record<string, Method>;
  const original = prototype[method];
  if (original === undefined) throw new Error(`there is no method ${method} any more: the patch has to follow`);
  prototype[method] = patch(original);
  planted.push(() => (prototype[method] = original));
}
/** In every run a whole role is down for minutes. */
function plantOutages(): void {
  plant(SeededRandom, 'chance', (original) => {
    return function (this: unknown, ...args) {
      return original.apply(this, args) === true || args[0] === LONG_OUTAGES;
    };
  });
}
afterEach(() => {
  for (const restore of planted.splice(0)) restore();
});

describe('the dispatcher under virtual time', () => {
  it('holds its invariants for a few hundred seeds, in which webhooks go off and deliveries become too old', async () => {
    const { faults, skipped, expired } = await runSeeds(1, 200);
    expect(faults).toEqual([]);
    expect(skipped).toBeGreaterThan(100);
    expect(expired).toBeGreaterThan(100);
  }, 300_000);

  it('makes exactly the same run of the same seed', async () => {
    const twice = [await new Simulation(4_711).run(), await new Simulation(4_711).run()];
    expect(twice[0]).toEqual(twice[1]);
    expect(twice[0]?.posts).toBeGreaterThan(0);
    expect(await new Simulation(4_712).run()).not.toMatchObject({ steps: twice[0]?.steps });
  });
});

describe('a fault planted in a module that production wires is found', () => {
  it('a delivery that is done before what it owes is acknowledged', async () => {
    plant(Settlement, 'pay', (original) => {
      return function (this: unknown, ...args) {
        const [task] = args as [{ ledger: { complete(offset: number): void }; offset: number }];
        task.ledger.complete(task.offset);
        return original.apply(this, args);
      };
    });
    expect(await firstFault(300)).toMatch(/1: .* is committed by a sender while what is owed/);
  }, 120_000);

  it('a join after which the sender does not know any more what is under way', async () => {
    plant(PartitionLedger, 'take', (original) => {
      return function (this: unknown, ...args) {
        const standing = original.apply(this, args);
        return standing === 'under way' ? 'new' : standing;
      };
    });
    expect(await firstFault(300)).toMatch(/3: .* is sent twice by .*, which held it all the time/);
  }, 120_000);

  it("a commit that passes a receiver's verdict which nobody was told of", async () => {
    plant(ReceiverSteering, 'oldestUnanswered', () => () => undefined);
    expect(await firstFault(300)).toMatch(/1: the verdict .* was forgotten/);
  }, 120_000);

  it('a sender that works on while its group is silent', async () => {
    plant(Sender, 'mayWork', () => () => true);
    expect(await firstFault(300)).toMatch(/3: .* sends though its group has been silent for/);
  }, 120_000);

  it('a breaker that is open and lets deliveries through', async () => {
    plant(Breaker, 'permits', (original) => {
      return function (this: unknown, ...args) {
        return original.apply(this, args) === 'no' ? 'yes' : original.apply(this, args);
      };
    });
    expect(await firstFault(300)).toMatch(/4: .* is sent to while its breaker is open/);
  }, 120_000);

  it('a sender that sends by the state of the webhook that a delivery was admitted with', async () => {
    const admitted = new WeakMap<object, unknown>();
    plant(Admission, 'endsBefore', (original) => {
      return function (this: unknown, task, record, nowMs) {
        const known = admitted.get(task as object) ?? record;
        admitted.set(task as object, known);
        return original.call(this, task, known, nowMs);
      };
    });
    plant(Admission, 'next', (original) => {
      return function (this: unknown, ...args) {
        const ready = original.apply(this, args) as { readonly task: object } | undefined;
        return ready === undefined ? undefined : { ...ready, state: admitted.get(ready.task) };
      };
    });
    expect(await firstFault(300)).toMatch(/7: .* is sent to /);
  }, 120_000);

  it('a sender that does not look at how old a delivery has become', async () => {
    plant(Admission, 'endsBefore', (original) => {
      return function (this: unknown, task, record, nowMs) {
        const known = record as { readonly deleted: boolean; readonly retryPolicy?: object };
        const ageless = { ...known, retryPolicy: { ...known.retryPolicy, maxAgeMs: Infinity } };
        return original.call(this, task, known.deleted ? known : ageless, nowMs);
      };
    });
    expect(await firstFault(300)).toMatch(/expiry: .* is sent though it is older than/);
  }, 120_000);

  it('a router and a scheduler that do not look at what was produced before them', async () => {
    plant(KnownTail, 'readFrom', () => {
      return function (this: unknown, ...args) {
        return (this as KnownTail).learnEnds(args[2] as AbortSignal);
      };
    });
    expect(await firstFault(300)).toMatch(/3: .* is in deliveries twice/);
  }, 120_000);

  it('a scheduler that goes by the clock in what it takes from its predecessor', async () => {
    plantOutages();
    plant(Scheduler, 'readTail', (original) => {
      return function (this: unknown, ...args) {
        const { options } = this as { readonly options: SchedulerOptions };
        const readFrom: KnownTail['readFrom'] = (from, onRecord, signal) =>
          options.tail.readFrom(
            from,
            (record) => record.timestampMs >= options.now() - 180_000 && onRecord(record),
            signal,
          );
        return original.apply(
          Object.create(this as object, { options: { value: { ...options, tail: { readFrom } } } }),
          args,
        );
      };
    });
    expect(await firstFault(100, 26)).toMatch(/3: .* is in deliveries twice/);
  }, 120_000);

  it('a sender that does not know what came back of a debt that was paid before it and by it', async () => {
    plantOutages();
    plant(RepaidDebts, 'isSecond', () => () => false);
    expect(await firstFault(100)).toMatch(/3: .* is sent twice, as /);
  }, 120_000);

  it("a receiver's verdict that comes when its partition has gone, and is left to the new owner", async () => {
    plant(Sender, 'steer', (original) => {
      return function (this: unknown, ...args) {
        const [task] = args as [{ ledger: { ended: boolean } }];
        if (!task.ledger.ended) original.apply(this, args);
      };
    });
    expect(await firstFault(300, 540)).toMatch(/1: the verdict .* was forgotten/);
  }, 120_000);
});
