/** The reflected polynomial of Castagnoli. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** Table `k` advances a byte by `k` further zero bytes, so that eight bytes take one step. */
const TABLES = ((): readonly Int32Array[] => {
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    first[byte] = crc;
  }
  const tables = [first];
  for (let slice = 1; slice < SLICES; slice++) {
    const before = tables[slice - 1] ?? first;
    tables.push(before.map((crc) => (first[crc & 0xff] ?? 0) ^ (crc >>> 8)));
  }
  return tables;
})();

const table = (index: number): Int32Array => TABLES[index] ?? new Int32Array(256);
const T0 = table(0);
const T1 = table(1);
const T2 = table(2);
const T3 = table(3);
const T4 = table(4);
const T5 = table(5);
const T6 = table(6);
const T7 = table(7);

/** Every index is the value of a byte, and every table has 256 entries. */
const look = (from: Int32Array | Buffer, index: number): number => from[index] as number;

/** The checksum of a record batch, eight bytes at a time. */
export function crc32c(bytes: Buffer, start: number, end: number): number {
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    crc ^= look(bytes, at) | (look(bytes, at + 1) << 8) | (look(bytes, at + 2) << 16) | (look(bytes, at + 3) << 24);
    crc =
      look(T7, crc & 0xff) ^
      look(T6, (crc >>> 8) & 0xff) ^
      look(T5, (crc >>> 16) & 0xff) ^
      look(T4, crc >>> 24) ^
      look(T3, look(bytes, at + 4)) ^
      look(T2, look(bytes, at + 5)) ^
      look(T1, look(bytes, at + 6)) ^
      look(T0, look(bytes, at + 7));
  }
  for (; at < end; at++) crc = look(T0, (crc ^ look(bytes, at)) & 0xff) ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}
