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
   * Idempotent. False: there was nothing to do, as the endpoint or `enabled` changed since, or the webhook is gone.
   * Rejects when there was no answer: to be asked again.
   */
  disableByReceiver(request: DisableByReceiver): Promise<boolean>;
}
