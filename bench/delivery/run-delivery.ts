import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryOptions } from './options.ts';
import type { ReceiverResult } from './receiver.ts';
import { senderFacts } from './sender-facts.ts';
import type { Control, MeasuredPhase } from './session.ts';
import { Session } from './session.ts';
import type { System } from './system.ts';

export interface DeliveryRun {
  /** Undefined where it was left out. */
  readonly drain: MeasuredPhase | undefined;
  readonly openLoop: (MeasuredPhase & { readonly deliveriesPerSecond: number }) | undefined;
  readonly phases: readonly MeasuredPhase[];
  readonly receiver: ReceiverResult;
  /** What the sender says that became of its deliveries, by kind and detail. */
  readonly facts: readonly string[];
}

const WARM_UP_DELIVERIES = 5_000;
/** So much later another arrival of the same delivery would still be seen. */
export const LINGER_MS = 2_000;

/** Runs all phases on a system that `startSystem` starts or finds. */
export function runDelivery(
  options: DeliveryOptions,
  startSystem: () => Promise<System>,
  control: Control,
): Promise<DeliveryRun> {
  return Session.run(options, startSystem, control, async (session, system) => {
    const run = await measure(session, options, control.signal);
    const facts = [...(await senderFacts(system))].map(([what, count]) => `${what}: ${count}`);
    return { ...run, facts };
  });
}

async function measure(
  session: Session,
  { deliveries, rate, seconds, profiled }: DeliveryOptions,
  signal: AbortSignal,
): Promise<Omit<DeliveryRun, 'facts'>> {
  const { fanout } = session;
  await session.phase({ name: 'warm-up', events: Math.ceil(WARM_UP_DELIVERIES / fanout) });
  session.toggleProfiles(profiled);
  if (deliveries > 0) await session.phase({ name: 'drain', events: Math.ceil(deliveries / fanout) });
  session.toggleProfiles(profiled);
  const [warmUp, drained] = await session.measured();
  if (warmUp === undefined) throw new Error('the warm-up was not measured');
  const deliveriesPerSecond = rate ?? Math.round(ratePerSecondOf(drained ?? warmUp) / 2);
  if (seconds > 0) {
    const ratePerSecond = deliveriesPerSecond / fanout;
    await session.phase({ name: 'open loop', events: Math.ceil(ratePerSecond * seconds), ratePerSecond });
  }
  await sleep(LINGER_MS, undefined, { signal });
  const phases = await session.measured();
  const openLoop = phases.find(({ name }) => name === 'open loop');
  return {
    drain: phases.find(({ name }) => name === 'drain'),
    openLoop: openLoop && { ...openLoop, deliveriesPerSecond },
    phases,
    receiver: await session.receiver(),
  };
}

/** From the first to the last arrival. */
export function ratePerSecondOf({ result }: MeasuredPhase): number {
  return (result.arrived / Math.max(1, result.lastAtUs - result.firstAtUs)) * 1e6;
}
