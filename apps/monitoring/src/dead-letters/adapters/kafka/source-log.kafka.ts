import type { LogProducer } from '@signalbox/kafka';
import type { SourceLog } from '../../application/source-log.port.ts';
import { NotAppendedInTime } from '../../application/source-log.port.ts';
import type { RedrivenRecord } from '../../domain/redrive.ts';

const WITHIN_MS = 8_000;

/** {@link SourceLog} over a producer. */
export class KafkaSourceLog implements SourceLog {
  readonly #producer: Pick<LogProducer, 'append'>;

  constructor(producer: Pick<LogProducer, 'append'>) {
    this.#producer = producer;
  }

  async append(record: RedrivenRecord): Promise<void> {
    let isVoid = false;
    await new Promise<void>((resolve, reject) => {
      // The producer never gives up; the caller's patience ends. What is still queued then is left out.
      const timer = setTimeout(() => {
        isVoid = true;
        reject(new NotAppendedInTime(record.topic, WITHIN_MS));
      }, WITHIN_MS);
      this.#producer.append({ ...record, isVoid: () => isVoid }, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
