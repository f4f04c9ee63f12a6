/** The connection of a reader. */
export interface LiveSink {
  /** False when it holds as much as it should: write on when it has drained. */
  write(text: string): boolean;
  onDrain(listener: () => void): void;
  /** Ends the stream; the reader may connect again. */
  end(): void;
}

/** What the live feed tells of its work. */
export interface LiveObserver {
  onReaders(count: number): void;
  onSent(): void;
  onSkipped(reason: SkipReason, count: number): void;
  onLost(error: unknown): void;
}

export type SkipReason = 'slow-reader' | 'too-far-behind';
