import Decoder from 'kafkajs/src/protocol/decoder.js';
import { collectHeaders } from './record-headers.ts';

/**
 * kafkajs copies all headers of a record for each further one: a record of some thousands blocks the process for seconds,
 * and one of a hundred thousand, which 1 MiB holds, longer than a session lasts. Only a record's headers are read by this
 * method, and only `reduce` is asked of its answer.
 */
Decoder.prototype.readVarIntArray = function readHeaders(this: Decoder, read) {
  const count = this.readVarInt();
  return { reduce: () => collectHeaders(count, () => read(this)) };
};
