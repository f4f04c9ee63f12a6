import type { KnownRounds } from '../domain/next-round.ts';

/** Whose deliveries; part of every query. */
export interface Owner {
  readonly tenantId: string;
  readonly webhookId: string;
}

export interface ResendableDelivery extends KnownRounds {
  readonly deliveryId: string;
  readonly firstScheduledAtMs: number;
  /** Without its bytes a delivery cannot be sent again. */
  readonly hasBody: boolean;
}

/** A further round of a delivery that someone asks for. */
export interface RoundRequest {
  readonly deliveryId: string;
  readonly round: number;
  readonly actor: string;
  /** The resend of many that it is a part of. */
  readonly bulkId: string | null;
  readonly atMs: number;
}

/** Which rounds of deliveries were asked for. */
export interface ResendRequests {
  find(owner: Owner, deliveryId: string): Promise<ResendableDelivery | undefined>;
  /** False: this round of the delivery was asked for meanwhile. */
  add(owner: Owner, request: RoundRequest): Promise<boolean>;
}
