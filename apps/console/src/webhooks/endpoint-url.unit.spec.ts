import { describe, expect, it } from '@jest/globals';
import { urlFaultOf, urlRulesOf } from './endpoint-url.ts';

describe('the rules of an address', () => {
  it('are met by a public one', () => {
    expect(Object.values(urlRulesOf('https://hooks.example.com/a?b=c'))).toEqual([true, true, true, true, true]);
    expect(urlFaultOf('https://hooks.example.com/a?b=c')).toBeUndefined();
  });

  it.each([
    ['example.com/hook', 'absolute'],
    ['http://example.com', 'https'],
    ['https://localhost/', 'public'],
    ['https://192.168.0.1/', 'public'],
    ['https://2130706433/', 'public'],
    ['https://[::1]/', 'public'],
    ['https://a:b@example.com/', 'noUser'],
    [`https://example.com/${'a'.repeat(2_048)}`, 'length'],
  ] as const)('are broken by %s in one: %s', (url, rule) => {
    expect(urlRulesOf(url)[rule]).toBe(false);
  });

  it('leave to the server what an operator may allow', () => {
    expect(urlFaultOf('http://127.0.0.1:3000/')).toBeUndefined();
    expect([urlFaultOf(' '), urlFaultOf('example.com'), urlFaultOf('https://a:b@example.com')]).toEqual([
      'urlMissing',
      'absolute',
      'noUser',
    ]);
  });
});
