import type { Logger, Registry } from '@signalbox/observability';
import { Counter, metricName } from '@signalbox/observability';
import type { LettersObserver } from '../../application/letter-projection.port.ts';

/** Counts dead letters as they are projected, whoever put them aside. */
export function lettersMetrics(registry: Registry, logger: Logger): LettersObserver {
  const projected = new Counter({
    name: metricName('monitoring', 'dead_letters_projected', 'total'),
    help: 'Records of the topic of dead letters that were projected, by who put them aside.',
    labelNames: ['stage'],
    registers: [registry],
  });
  return {
    onProjected(letters) {
      for (const { stage } of letters) projected.inc({ stage });
    },
    onFailed(error) {
      logger.error({ err: error }, 'dead_letters.not_projected');
    },
  };
}
