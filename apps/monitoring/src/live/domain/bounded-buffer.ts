export interface BufferedEvent {
  readonly id: string;
  readonly text: string;
}

/** What a reader has not taken yet: the newest events, and how many older ones it will not see. */
export class BoundedBuffer {
  readonly #maxLength: () => number;
  #events: BufferedEvent[] = [];
  /** Events before this index are taken or dropped: shifting an array of thousands for each would cost more than they do. */
  #head = 0;
  #length = 0;
  #skipped = 0;
  #lastSkippedId = '';

  /** `maxLength`: characters of the events' texts in all, as of now. */
  constructor(maxLength: () => number) {
    this.#maxLength = maxLength;
  }

  get isEmpty(): boolean {
    return this.#head === this.#events.length && this.#skipped === 0;
  }

  add(event: BufferedEvent): void {
    this.#events.push(event);
    this.#length += event.text.length;
    for (const max = this.#maxLength(); this.#length > max;) {
      const dropped = this.take();
      if (dropped === undefined) return;
      this.#lastSkippedId = dropped.id;
      this.#skipped++;
    }
  }

  /** How many were dropped since it was last asked, with the id of the last of them. */
  takeSkipped(): { readonly count: number; readonly id: string } | undefined {
    if (this.#skipped === 0) return undefined;
    const skipped = { count: this.#skipped, id: this.#lastSkippedId };
    this.#skipped = 0;
    return skipped;
  }

  take(): BufferedEvent | undefined {
    const event = this.#events[this.#head];
    if (event === undefined) return undefined;
    this.#head++;
    this.#length -= event.text.length;
    if (this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }
}
