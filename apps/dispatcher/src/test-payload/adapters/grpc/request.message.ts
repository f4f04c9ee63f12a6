import type { TestPayload, TestTarget } from '../../domain/test-payload.ts';

/** PostTestPayloadsRequest as the loader gives it: absent where a field was not sent. */
export interface RequestMessage {
  readonly webhookId?: string;
  readonly url?: string;
  readonly headers?: readonly { readonly name?: string; readonly sealedValue?: string }[];
  readonly signingKeys?: readonly { readonly sealed?: string; readonly honouredUntilMs?: number }[];
  readonly sealedEd25519PrivateKey?: string;
  readonly timeoutMs?: number;
  readonly payloads?: readonly { readonly event?: string; readonly body?: Buffer }[];
}

export interface TestRequest {
  readonly target: TestTarget;
  readonly payloads: readonly TestPayload[];
}

const MAX_PAYLOADS = 100;

/** The request, or which limit of dispatcher.proto it breaks. */
export function parseRequest(message: RequestMessage, tenantId: string): TestRequest | { readonly fault: string } {
  const { webhookId = '', url = '', headers = [], signingKeys = [], timeoutMs = 0, payloads = [] } = message;
  if (webhookId === '') return { fault: 'webhook_id is missing' };
  if (signingKeys.length === 0) return { fault: 'signing_keys is empty; a test is never sent unsigned' };
  if (timeoutMs < 1_000 || timeoutMs > 30_000) return { fault: 'timeout_ms must be from 1000 to 30000' };
  if (payloads.length === 0 || payloads.length > MAX_PAYLOADS) {
    return { fault: `payloads must be 1 to ${MAX_PAYLOADS}; there are ${payloads.length}` };
  }
  const { sealedEd25519PrivateKey } = message;
  return {
    target: {
      tenantId,
      webhookId,
      url,
      headers: headers.map(({ name = '', sealedValue = '' }) => ({ name, sealedValue })),
      signingKeys: signingKeys.map(({ sealed = '', honouredUntilMs = null }) => ({ sealed, honouredUntilMs })),
      ...(sealedEd25519PrivateKey !== undefined && { ed25519PrivateKey: sealedEd25519PrivateKey }),
      timeoutMs,
    },
    payloads: payloads.map(({ event = '', body = Buffer.alloc(0) }) => ({ event, body })),
  };
}
