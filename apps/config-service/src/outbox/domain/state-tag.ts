/**
 * Names one state of a webhook, or of an event type. A database that was restored counts versions anew, in a new epoch, so
 * that a version alone would name two states.
 */
export function stateTagOf(epoch: number, version: number): string {
  return `${epoch}.${version}`;
}
