export { shouldUseContainers, startBackendServers } from './backends/backend-servers.ts';
export type { BackendServers } from './backends/running-servers.ts';
export { startTestBackends, type TestBackends } from './backends/test-backends.ts';
export { certificateAuthority, EXPIRED, selfSigned, type Certificate } from './certificates.ts';
export { anEvent, aWebhook, type WebhookInput } from './factories.ts';
export { ReceiverServer, type Answer, type ReceivedRequest, type Responder } from './receiver/receiver-server.ts';
export { startTestSandbox } from './test-sandbox.ts';
export { TcpProxy } from './tcp-proxy.ts';
export { waitFor, type WaitOptions } from './wait-for.ts';
