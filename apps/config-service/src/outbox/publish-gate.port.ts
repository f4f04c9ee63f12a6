export const PUBLISH_GATE = Symbol('PublishGate');

/** Whether what the outbox holds may be published. */
export interface PublishGate {
  /** Asked by who holds the outbox about each batch, after it was read. Rejects when that cannot be found out. */
  isOpen(signal: AbortSignal): Promise<boolean>;
}
