export type SandboxErrorCode =
  | 'sandbox.held'
  | 'sandbox.port_in_use'
  | 'sandbox.tool_missing'
  | 'sandbox.fetch_failed'
  | 'sandbox.start_failed'
  | 'sandbox.stopped';

/** Something a person has to know or do; the message says what. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
