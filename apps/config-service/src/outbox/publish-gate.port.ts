export const PUBLISH_GATE = Symbol('PublishGate');

/** Whether what the outbox holds may be published. */
export interface PublishGate {
  /** Asked by who holds the outbox, before it first looks at what is in it. Rejects when that cannot be found out. */
  isOpen(signal: AbortSignal): Promise<boolean>;
}
