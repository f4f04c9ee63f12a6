export const LIVE = Symbol('Live');

/** The live feed as the process sees it: it starts with its first reader. */
export interface Live {
  stop(): Promise<void>;
}
