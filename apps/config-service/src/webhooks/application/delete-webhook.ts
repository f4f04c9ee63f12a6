import type { Caller, WebhookTarget } from './webhook-input.ts';
import type { DeleteOutcome } from './webhook-outcome.ts';
import type { WebhookWriter } from './webhook-writer.ts';

export class DeleteWebhookUseCase {
  readonly #writer: WebhookWriter;

  constructor(writer: WebhookWriter) {
    this.#writer = writer;
  }

  /** Its journal and its log stay; its id is never used again. */
  async delete(caller: Caller, target: WebhookTarget): Promise<DeleteOutcome> {
    const outcome = await this.#writer.change(caller, target, () => ({ kind: 'delete' }));
    return outcome.kind === 'settled' ? { kind: 'deleted' } : outcome;
  }
}
