import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressFrameSync } from 'lz4-napi';
import { uncompressSync } from 'snappy';

/** The bytes would become more than was allowed. */
export class UnfoldsTooFar extends Error {
  override readonly name = 'UnfoldsTooFar';

  constructor(maxBytes: number) {
    super(`it would become more than ${maxBytes} bytes`);
  }
}

type Decompressor = (bytes: Buffer, maxBytes: number) => Buffer;

/** By the lowest three bits of a batch's attributes: https://kafka.apache.org/documentation/#recordbatch */
const DECOMPRESSORS: readonly Decompressor[] = [
  (bytes) => bytes,
  bounded((bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength })),
  unsnap,
  unlz4,
  bounded((bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength })),
];

/** Throws where the bytes are not of that codec; {@link UnfoldsTooFar} where they would become more than `maxBytes`. */
export function decompress(codec: number, bytes: Buffer, maxBytes: number): Buffer {
  const decompressor = DECOMPRESSORS[codec];
  if (decompressor === undefined) throw new Error(`there is no codec ${codec}`);
  return decompressor(bytes, maxBytes);
}

/** In place of zlib's own error. */
function bounded(decompressor: Decompressor): Decompressor {
  return (bytes, maxBytes) => {
    try {
      return decompressor(bytes, maxBytes);
    } catch (cause) {
      if ((cause as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw new UnfoldsTooFar(maxBytes);
      throw cause;
    }
  };
}

/** The frame that Java clients put around snappy: magic, two versions, then blocks with their sizes in front. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEAD_BYTES = 16;

function unsnap(bytes: Buffer, maxBytes: number): Buffer {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    refuseAbove(maxBytes, snappySize(bytes));
    return uncompressSync(bytes) as Buffer;
  }
  const blocks: Buffer[] = [];
  let total = 0;
  for (let at = XERIAL_HEAD_BYTES; at < bytes.length;) {
    const size = bytes.readUInt32BE(at);
    const block = bytes.subarray(at + 4, at + 4 + size);
    total += snappySize(block);
    refuseAbove(maxBytes, total);
    blocks.push(uncompressSync(block) as Buffer);
    at += 4 + size;
  }
  return blocks.length === 1 ? (blocks[0] as Buffer) : Buffer.concat(blocks);
}

/** What a block says it unfolds to, a number in front of it in groups of seven bits. */
function snappySize(block: Buffer): number {
  let size = 0;
  for (let at = 0; at < 5; at++) {
    const group = block[at] ?? 0;
    size += (group & 0x7f) * 2 ** (7 * at);
    if (group < 0x80) break;
  }
  return size;
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
const LZ4_MAGIC = 0x184d2204;
const LZ4_SMALLEST_BLOCK_CODE = 4;
const LZ4_SMALLEST_BLOCK_BYTES = 64 * 1024;

function unlz4(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.readUInt32LE(0) !== LZ4_MAGIC) throw new Error('no LZ4 frame');
  const flags = bytes.readUInt8(4);
  const blockCode = (bytes.readUInt8(5) >> 4) & 7;
  const maxBlockBytes = LZ4_SMALLEST_BLOCK_BYTES * 4 ** (blockCode - LZ4_SMALLEST_BLOCK_CODE);
  const checksumBytes = (flags & 0x10) === 0 ? 0 : 4;
  const headBytes = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  let total = 0;
  for (let at = headBytes; ;) {
    const size = bytes.readUInt32LE(at) & 0x7fffffff;
    if (size === 0) break;
    // A block unfolds to 255 times its size at most, and to no more than the frame says.
    total += Math.min(maxBlockBytes, size * 255);
    refuseAbove(maxBytes, total);
    at += 4 + size + checksumBytes;
  }
  return decompressFrameSync(bytes);
}

function refuseAbove(maxBytes: number, size: number): void {
  if (size > maxBytes) throw new UnfoldsTooFar(maxBytes);
}
