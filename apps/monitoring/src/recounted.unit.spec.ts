import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BatchFold } from './projections/application/batch-fold.ts';
import type { DeliveryRow, StoredFact } from './projections/application/read-models.port.ts';
import { hasSucceeded, isRequest, stateOf } from './projections/domain/delivery-summary.ts';
import { anyFacts } from './testing/facts.ts';
import { countedFact } from './verification/application/read-fact.ts';
import { Comparison } from './verification/domain/compare.ts';
import type { StoredDelivery } from './verification/domain/compare-delivery.ts';
import { Recount } from './verification/domain/recount.ts';

/** The columns that `verify` reads. */
function rowOf({
  deliveryId,
  webhookId,
  tenantId,
  eventType,
  firstScheduledAtMs,
  summary,
}: DeliveryRow): StoredDelivery {
  const { standing, round, bestAttempt: best, hasExpired } = summary;
  return {
    deliveryId,
    webhookId,
    tenantId,
    eventType,
    firstScheduledAtMs,
    hasExpired,
    state: stateOf(summary),
    isRequest: isRequest(summary),
    standingAtMs: standing?.atMs ?? null,
    nextAtMs: standing?.nextAtMs ?? null,
    reason: standing?.reason ?? null,
    round: round.round,
    roundState: round.state,
    roundNextAtMs: round.nextAtMs,
    hasSucceeded: best && hasSucceeded(summary),
    bestAtMs: best?.atMs ?? null,
    bestTotalMs: best?.totalMs ?? null,
    statusCode: best?.statusCode ?? null,
    errorClass: best?.errorClass ?? null,
  };
}

it('a recount finds no difference to what is projected of the same facts, whatever they are', () => {
  fc.assert(
    fc.property(anyFacts(), fc.array(fc.constantFrom('', 'a', 'b'), { minLength: 8, maxLength: 8 }), (made, texts) => {
      const facts = made.map((fact, index): StoredFact => {
        const text = texts[index] ?? '';
        if (text === '') return fact;
        if (fact.kind === 'attempted') return { ...fact, error: text, answer: text, headerNames: text };
        return fact.kind === 'deferred' ? { ...fact, detail: text } : fact;
      });
      const fold = new BatchFold(facts.map((fact) => ({ kind: 'fact', fact })));
      fold.setKnown([]);
      const projected = fold.changes([]);
      const recount = new Recount();
      for (const [offset, fact] of facts.entries()) recount.add(countedFact(fact, { partition: 0, offset }));
      const comparison = new Comparison(recount, { sinceMs: 0, untilMs: Infinity });
      expect([
        ...projected.deliveries.flatMap((row) => [...comparison.delivery(rowOf(row))]),
        ...projected.facts.flatMap((fact) => [...comparison.attempt(countedFact(fact, { partition: 0, offset: 0 }))]),
        ...comparison.missing(),
      ]).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});
