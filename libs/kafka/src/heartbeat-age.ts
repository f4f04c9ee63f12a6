import type { Consumer, RequestEvent } from 'kafkajs';

const HEARTBEAT_KEY = 12;
const SYNC_GROUP_KEY = 14;

/**
 * How long ago the group was known to count us in. Counted from when the answered request was sent: a process that was
 * stopped finds, when it goes on, an answer in its socket that says nothing about now.
 */
export class HeartbeatAge {
  #heartbeatSentAtMs = 0;
  #syncSentAtMs = 0;
  #aliveAtMs = Number.NEGATIVE_INFINITY;

  observe(consumer: Consumer): void {
    consumer.on(consumer.events.REQUEST, ({ payload }: RequestEvent) => {
      if (payload.apiKey === HEARTBEAT_KEY) this.#heartbeatSentAtMs = payload.sentAt;
      else if (payload.apiKey === SYNC_GROUP_KEY) this.#syncSentAtMs = payload.sentAt;
    });
    consumer.on(consumer.events.HEARTBEAT, () => {
      this.#aliveAtMs = this.#heartbeatSentAtMs;
    });
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.#aliveAtMs = this.#syncSentAtMs;
    });
  }

  ms(): number {
    return Math.max(0, Date.now() - this.#aliveAtMs);
  }
}
