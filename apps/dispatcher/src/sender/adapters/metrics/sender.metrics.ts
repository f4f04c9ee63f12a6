import type { BreakerChanged, Fact } from '@signalbox/contracts';
import type { Logger, Registry } from '@signalbox/observability';
import { Counter, Gauge, Histogram, metricName } from '@signalbox/observability';
import type { Sender } from '../../application/sender.ts';
import type { SenderObserver } from '../../application/sender-options.ts';

/** Counts what the sender does. No label names a webhook: their number is unbounded. */
export function senderMetrics(registry: Registry, logger: Logger): SenderObserver {
  const registers = [registry];
  const facts = new Counter({
    name: metricName('dispatcher', 'delivery_facts', 'total'),
    help: 'What came of deliveries, by kind and outcome or reason.',
    labelNames: ['kind', 'detail'],
    registers,
  });
  const seconds = new Histogram({
    name: metricName('dispatcher', 'attempt_duration', 'seconds'),
    help: 'Duration of a whole attempt.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const deadLetters = new Counter({
    name: metricName('dispatcher', 'sender_dead_letters', 'total'),
    help: 'Records of the deliveries topic that are no deliveries.',
    registers,
  });
  const steps = new Histogram({
    name: metricName('dispatcher', 'attempt_step_duration', 'seconds'),
    help: 'Duration of a step of an attempt that needed it: dns, connect, tls, first_byte.',
    labelNames: ['step'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const behind = new Counter({
    name: metricName('dispatcher', 'configuration_behind', 'total'),
    help: "Deliveries put off as their webhook's configuration did not come in time.",
    registers,
  });
  return {
    onFact: (fact) => {
      facts.inc({ kind: fact.kind, detail: detailOf(fact) });
      if (fact.kind === 'breaker-changed') logger.info(breakerFields(fact), 'breaker.changed');
    },
    onAttempt: ({ dnsMs, connectMs, tlsMs, firstByteMs, totalMs }) => {
      seconds.observe(totalMs / 1_000);
      if (dnsMs !== undefined) steps.observe({ step: 'dns' }, dnsMs / 1_000);
      if (connectMs !== undefined) steps.observe({ step: 'connect' }, connectMs / 1_000);
      if (tlsMs !== undefined) steps.observe({ step: 'tls' }, tlsMs / 1_000);
      if (firstByteMs !== undefined) steps.observe({ step: 'first_byte' }, firstByteMs / 1_000);
    },
    onDeadLetter: (source, message) => {
      deadLetters.inc();
      logger.error({ source, why: message }, 'delivery.put_aside');
    },
    onDisableFailed: (webhookId, error) => {
      logger.warn({ webhook_id: webhookId, err: error }, 'receiver_verdict.not_answered');
    },
    onConfigurationBehind: (webhookId) => {
      behind.inc();
      logger.warn({ webhook_id: webhookId }, 'configuration.behind');
    },
    onUnknownKey: (webhookId, detail) => logger.error({ webhook_id: webhookId, why: detail }, 'secret.not_opened'),
  };
}

/** What is under way, read when it is asked for. */
export function senderGauges(registry: Registry, sender: Sender): void {
  const gauge = (what: string, help: string, read: () => number, unit = 'deliveries'): void => {
    const made: Gauge = new Gauge({
      name: metricName('dispatcher', what, unit),
      help,
      registers: [registry],
      collect: () => made.set(read()),
    });
  };
  gauge('in_flight', 'POSTs that have not ended.', () => sender.inFlight);
  gauge('queued', 'Deliveries held in memory before their turn.', () => sender.queued);
  gauge(
    'unanswered_receiver',
    'Webhooks whose receiver asked to be sent nothing more, before config-service has answered.',
    () => sender.unansweredVerdicts,
    'verdicts',
  );
  gauge('open', 'Webhooks whose breaker is open.', () => sender.openBreakers.open, 'breakers');
  gauge('half_open', 'Webhooks whose breaker waits for its probe.', () => sender.openBreakers.halfOpen, 'breakers');
}

function breakerFields({ webhookId, state, reason, nextProbeAtMs }: BreakerChanged): object {
  return { webhook_id: webhookId, state, why: reason, next_probe_at_ms: nextProbeAtMs };
}

function detailOf(fact: Fact): string {
  switch (fact.kind) {
    case 'attempted':
      return fact.errorClass ?? fact.outcome;
    case 'deferred':
    case 'skipped':
      return fact.reason;
    case 'expired':
      return 'too old';
    case 'breaker-changed':
      return fact.state;
  }
}
