/** What a receiver asked for by its answer, as config-service is told. */
export interface DisableByReceiver {
  readonly tenantId: string;
  readonly webhookId: string;
  /** The state of the webhook that the delivery was sent with. */
  readonly epoch: number;
  readonly version: number;
  readonly deliveryId: string;
  readonly reason: string;
}

/** Has a webhook disabled because its receiver asked for it. */
export interface ReceiverDisabler {
  /**
   * Idempotent. Answers the version of the webhook in `epoch` that the answer leaves it with, disabled by this call or changed
   * before it: older states of it count no more. Undefined: nothing will come of it that is not known.
   * Rejects when there was no answer: to be asked again.
   */
  disableByReceiver(request: DisableByReceiver): Promise<number | undefined>;
}
