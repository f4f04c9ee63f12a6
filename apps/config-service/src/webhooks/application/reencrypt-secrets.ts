/** What one look at some webhooks found and did. */
export interface ResealedPortion {
  readonly lastId: string;
  readonly webhooks: number;
  /** Webhooks of which a text was sealed anew. */
  readonly resealed: number;
  /** Texts that no key of the keyring opens; they stay as they are. */
  readonly unreadable: number;
}

/** Seals anew, in place, what is not sealed with the keyring's first key: row, journal and outbox of a webhook at once. */
export interface Resealing {
  reseal(afterId: string): Promise<ResealedPortion | 'done'>;
  /** Other stored texts, by the id of the key that sealed them. */
  elsewhere(): Promise<ReadonlyMap<string, number>>;
}

export interface Reencrypted {
  readonly resealed: number;
  readonly unreadable: number;
}

/** One that still writes with an older keyring would have it go on for ever. */
const MAX_PASSES = 5;

/**
 * Seals every secret with the keyring's first key. It passes over all webhooks until a pass finds nothing left, because
 * others write meanwhile. What is done is done: killed and run again, it goes on with the rest.
 *
 * @throws Error where others keep writing with an older key.
 */
export async function reencryptSecrets(resealing: Resealing, onProgress: (line: string) => void): Promise<Reencrypted> {
  let resealed = 0;
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    const found = await passOver(resealing, (line) => onProgress(`pass ${pass}: ${line}`));
    resealed += found.resealed;
    if (found.resealed === 0) return { resealed, unreadable: found.unreadable };
  }
  throw new Error('others keep sealing with an older key: start every config-service with the new keyring first');
}

async function passOver(resealing: Resealing, onProgress: (line: string) => void): Promise<Reencrypted> {
  const total = { webhooks: 0, resealed: 0, unreadable: 0 };
  for (let afterId = ''; ;) {
    const portion = await resealing.reseal(afterId);
    if (portion === 'done') return total;
    afterId = portion.lastId;
    total.webhooks += portion.webhooks;
    total.resealed += portion.resealed;
    total.unreadable += portion.unreadable;
    onProgress(`${total.webhooks} webhooks looked at, ${total.resealed} sealed anew`);
  }
}
