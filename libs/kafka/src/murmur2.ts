const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * The 32-bit hash by which Kafka's Java client, and kafkajs's DefaultPartitioner, place a key. kafkajs computes it over
 * BigInt, which costs more than sending the record; this one stays in 32-bit integers.
 */
export function murmur2(data: Buffer): number {
  const length = data.length;
  const aligned = length & ~3;
  let h = SEED ^ length;
  for (let i = 0; i < aligned; i += 4) {
    let k = Math.imul(data.readInt32LE(i), M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  if (length > aligned) {
    let tail = data[aligned] ?? 0;
    if (length > aligned + 1) tail |= (data[aligned + 1] ?? 0) << 8;
    if (length > aligned + 2) tail |= (data[aligned + 2] ?? 0) << 16;
    h = Math.imul(h ^ tail, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

/** The partition of a key among `count` partitions. */
export function partitionOfKey(key: Buffer | string, count: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % count;
}
