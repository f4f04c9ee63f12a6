import type { LetterRecord, LetterStatus, SettledLetter, Stage } from '../../domain/letter.ts';

/** Columns of a letter without its record. */
export const LETTER_COLUMNS = `
  log_partition, log_offset, at, reason, message, stage, source_topic, source_partition, source_offset, tenant_id, size_bytes,
  is_cut, record_key, status, decided_by, decided_at`;
export const RECORD_COLUMNS = `${LETTER_COLUMNS}, record_value, record_headers`;

export interface LetterRow {
  readonly log_partition: number;
  readonly log_offset: number;
  readonly at: Date;
  readonly reason: string;
  readonly message: string;
  readonly stage: Stage;
  readonly source_topic: string | null;
  readonly source_partition: number | null;
  readonly source_offset: number | null;
  readonly tenant_id: string | null;
  readonly size_bytes: number;
  readonly is_cut: boolean;
  readonly record_key: Buffer | null;
  readonly status: LetterStatus;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
}

export interface RecordRow extends LetterRow {
  readonly record_value: Buffer | null;
  readonly record_headers: Buffer;
}

export function letterOf(row: LetterRow): SettledLetter {
  const { source_topic: topic, source_partition: partition, source_offset: offset } = row;
  return {
    partition: row.log_partition,
    offset: row.log_offset,
    atMs: row.at.getTime(),
    reason: row.reason,
    message: row.message,
    stage: row.stage,
    source: topic === null || partition === null || offset === null ? null : { topic, partition, offset },
    tenantId: row.tenant_id,
    sizeBytes: row.size_bytes,
    isCut: row.is_cut,
    key: row.record_key,
    status: row.status,
    by: row.decided_by,
    decidedAtMs: row.decided_at?.getTime() ?? null,
  };
}

export function letterWithRecordOf(row: RecordRow): SettledLetter & LetterRecord {
  return { ...letterOf(row), value: row.record_value, headers: decodeHeaders(row.record_headers) };
}

/** Names and values in base64, as JSON: a header's value is any bytes. */
export function encodeHeaders(headers: LetterRecord['headers']): Buffer {
  return Buffer.from(JSON.stringify(headers.map(([name, value]) => [name, value.toString('base64')])));
}

function decodeHeaders(bytes: Buffer): LetterRecord['headers'] {
  const pairs = JSON.parse(bytes.toString()) as readonly (readonly [string, string])[];
  return pairs.map(([name, value]) => [name, Buffer.from(value, 'base64')]);
}
