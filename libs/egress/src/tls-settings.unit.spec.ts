import { expect, it } from '@jest/globals';
import { TlsSettings } from './tls-settings.ts';

it('sessions are kept of a thousand origins, unless they are large', () => {
  const settings = new TlsSettings();
  settings.keepSession('large', Buffer.alloc(16 * 1024 + 1));
  expect(settings.sessionOf('large')).toBeUndefined();
  for (let index = 0; index <= 1_000; index++) settings.keepSession(`${index}`, Buffer.of(index & 0xff));
  expect(settings.sessionOf('0')).toBeUndefined();
  expect(settings.sessionOf('1')).toEqual(Buffer.of(1));
  expect(settings.sessionOf('1000')).toEqual(Buffer.of(1_000 & 0xff));
});
