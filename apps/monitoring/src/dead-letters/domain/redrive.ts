import type { Letter, LetterRecord, Settlement } from './letter.ts';

/** The record that goes back to a letter's source. */
export interface RedrivenRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, readonly Buffer[]>>;
}

/** Where records may go back to. A letter is written by whoever may write to the topic: it must not choose for itself. */
export interface RedriveTargets {
  readonly authEvents: readonly string[];
  readonly deliveries: string;
  readonly attempts: string;
  readonly retries: readonly string[];
}

/** Why a letter cannot go back to its source, for people; null where it can. */
export function whyNotRedrivable(letter: Letter & Pick<Settlement, 'status'>, targets: RedriveTargets): string | null {
  const { source, status, stage, isCut } = letter;
  if (status !== 'open') return `it is ${status} already`;
  if (source === null) return 'it does not say where it came from';
  if (isCut) return 'only a part of the record was kept';
  if (stage === 'projector' && source.topic === targets.deliveries) {
    // The sender reads the same topic, and has taken it: back there it would be sent a second time.
    return 'it was delivered all the same: only the request log lacks it';
  }
  const { authEvents, deliveries, attempts, retries } = targets;
  const isTarget = [...authEvents, deliveries, attempts, ...retries].includes(source.topic);
  return isTarget ? null : `its topic ${source.topic} is none that records are taken from`;
}

/**
 * The record as it was, into the partition it was in. An event whose id was where it lay gets that id as a header: it lies
 * elsewhere now, and the deliveries made of it must have the same ids however often it is redriven (invariant 2).
 */
export function redrivenRecord(letter: Letter & LetterRecord, targets: RedriveTargets): RedrivenRecord | undefined {
  const { source } = letter;
  if (source === null) return undefined;
  const headers: Record<string, Buffer[]> = {};
  for (const [name, value] of letter.headers) (headers[name] ??= []).push(value);
  if (targets.authEvents.includes(source.topic) && !namesItsEvent(headers)) {
    headers['event-id'] = [Buffer.from(`${source.topic}/${source.partition}/${source.offset}`)];
  }
  return { topic: source.topic, partition: source.partition, key: letter.key, value: letter.value, headers };
}

/** By a header, or as a CloudEvent in binary or structured mode (contract.md section 2). */
function namesItsEvent(headers: Readonly<Record<string, readonly Buffer[]>>): boolean {
  const contentType = headers['content-type']?.[0]?.toString() ?? '';
  return 'event-id' in headers || 'ce_id' in headers || /^\s*application\/cloudevents\+json\b/i.test(contentType);
}
