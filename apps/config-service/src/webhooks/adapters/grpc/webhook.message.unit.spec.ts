import { describe, expect, it } from '@jest/globals';
import type { ConfigMessage } from './webhook.message.ts';
import { bodyOfUpdate } from './webhook.message.ts';

const url = 'https://example.com/';
const configOf = (config: ConfigMessage): unknown => bodyOfUpdate({ id: 'webhook', config })['config'];

describe('an update over gRPC', () => {
  it('names headers where it has some, and where it says that there are to be none', () => {
    expect(configOf({ url, headers: { 'x-one': '1' } })).toEqual({ url, headers: { 'x-one': '1' } });
    expect(configOf({ url, headers: {}, hasNoHeaders: true })).toEqual({ url, headers: {} });
  });

  it('names none where its map is empty, as proto3 does not tell that from one that is left out', () => {
    expect(configOf({ url, headers: {} })).toEqual({ url });
    expect(configOf({ url, headers: {}, hasNoHeaders: false })).toEqual({ url });
  });
});
