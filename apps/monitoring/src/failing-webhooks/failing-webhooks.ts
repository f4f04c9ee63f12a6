/** The handlers of `signalbox.monitoring.v1.FailingWebhooks`, which monitoring's one gRPC listener serves. */
export const FAILING_WEBHOOKS_RPCS = Symbol('FailingWebhooksRpcs');
