export const PROJECTION_GATES = Symbol('ProjectionGates');

/** Opens when the projection has reached where the logs ended as it was first asked. */
export interface OpeningGate {
  /** Rejects while Kafka or Postgres does not answer. */
  isOpen(): Promise<boolean>;
}

/** Tells what was projected from what is only in the logs yet. */
export interface ProjectionGates {
  /** A gate that takes the ends of the logs anew. */
  next(): OpeningGate;
}
