export const OPERATIONS = Symbol('Operations');

/** What looks at the consumers in the background. */
export interface Operations {
  start(): void;
  stop(): Promise<void>;
}
