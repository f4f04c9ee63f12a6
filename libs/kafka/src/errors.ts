/** What a library threw, as an Error whatever it was. */
export const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));

/** The protocol's name of a Kafka error (`ILLEGAL_GENERATION`), also of the one that a kafkajs retry wrapped. */
export function kafkaErrorType(cause: unknown): string | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const { type } = error as { type?: unknown };
    if (typeof type === 'string') return type;
  }
  return undefined;
}
