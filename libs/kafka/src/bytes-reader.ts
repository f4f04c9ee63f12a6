/** Reads Kafka's primitive types from bytes, one after the other. Throws a RangeError where they end too early. */
export class BytesReader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  int8(): number {
    const value = this.bytes.readInt8(this.at);
    this.at += 1;
    return value;
  }

  int16(): number {
    const value = this.bytes.readInt16BE(this.at);
    this.at += 2;
    return value;
  }

  int32(): number {
    const value = this.bytes.readInt32BE(this.at);
    this.at += 4;
    return value;
  }

  /** Offsets, times and producer ids stay below 2^53. */
  int64(): number {
    const value = this.bytes.readInt32BE(this.at) * 4_294_967_296 + this.bytes.readUInt32BE(this.at + 4);
    this.at += 8;
    return value;
  }

  /** A varint or varlong, zigzag: https://protobuf.dev/programming-guides/encoding/#varints */
  varInt(): number {
    const { bytes } = this;
    const first = bytes[this.at++];
    if (first === undefined) throw endedEarly();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      const group = bytes[this.at++];
      if (group === undefined || scale > 2 ** 63) throw endedEarly();
      value += (group & 0x7f) * scale;
      if (group < 0x80) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A part of the bytes, not a copy. */
  slice(length: number): Buffer {
    const end = this.at + length;
    if (length < 0 || end > this.bytes.length) throw endedEarly();
    const slice = this.bytes.subarray(this.at, end);
    this.at = end;
    return slice;
  }

  varBytes(): Buffer | null {
    const length = this.varInt();
    return length === -1 ? null : this.slice(length);
  }

  text(length: number): string {
    const end = this.at + length;
    if (length < 0 || end > this.bytes.length) throw endedEarly();
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  /** With its length as an int16 in front. */
  string(): string {
    return this.text(this.int16());
  }

  /** With its count as an int32 in front; a null array is an empty one. */
  array<Item>(read: () => Item): Item[] {
    const count = this.int32();
    const items: Item[] = [];
    for (let index = 0; index < count; index++) items.push(read());
    return items;
  }
}

function endedEarly(): RangeError {
  return new RangeError('the bytes end too early');
}
