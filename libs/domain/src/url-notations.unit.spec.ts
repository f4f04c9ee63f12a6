/** contract.md section 6: an address is refused in every notation of it, and so is every IPv6 address that carries one. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { classifyAddress, parseAllowList } from './address-rules.ts';
import { checkEndpointUrl } from './url-rules.ts';

const rules = { allowList: [], ports: [{ from: 443, to: 443 }] };
const check = (host: string) => checkEndpointUrl(`https://${host}/`, rules);

const byte = fc.integer({ min: 0, max: 255 });
const bytes = fc.tuple(byte, byte, byte, byte);
/** Half of them inside: 0, 10, 100.64, 127, 169.254, 172.16, 192.168, 198.18, 224 and above. */
const anyAddress = fc.oneof(
  bytes,
  fc.tuple(fc.constantFrom(0, 10, 127, 224, 239, 240, 255), byte, byte, byte),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(198), fc.constantFrom(18, 19), byte, byte),
);

type Bytes = readonly [number, number, number, number];
const dotted = (address: Bytes): string => address.join('.');
const hex = ([a, b, c, d]: Bytes): string => `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;

const radix = fc.constantFrom<(part: number) => string>(
  (part) => `${part}`,
  (part) => `0${part.toString(8)}`,
  (part) => `00${part.toString(8)}`,
  (part) => `0x${part.toString(16)}`,
  (part) => `0X${part.toString(16).toUpperCase()}`,
  (part) => `0x000${part.toString(16)}`,
);
const FULL_WIDTH = new Map(Array.from('0123456789.abcdefx', (letter) => [letter, fullWidth(letter)]));
const letters = fc.constantFrom<(host: string) => string>(
  (host) => host,
  (host) => `${host}.`,
  (host) => Array.from(host, (letter) => FULL_WIDTH.get(letter) ?? letter).join(''),
  (host) => host.replaceAll('.', '。'),
  (host) => host.replaceAll('.', '%2e'),
  (host) => Array.from(host, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
  // Soft hyphens, which a name's preparation takes out.
  (host) => Array.from(host).join('\u00ad'),
);

function fullWidth(letter: string): string {
  return String.fromCharCode(letter.charCodeAt(0) + 0xfee0);
}

/** One to four parts, each in a radix of its own; the last holds what is left. */
const ipv4Text = fc
  .tuple(anyAddress, fc.integer({ min: 1, max: 4 }), fc.array(radix, { minLength: 4, maxLength: 4 }), letters)
  .map(([value, parts, radixes, spell]) => {
    const [a, b, c, d] = value;
    const whole = ((a * 256 + b) * 256 + c) * 256 + d;
    const numbers = [...[a, b, c].slice(0, parts - 1), whole % 256 ** (5 - parts)];
    const text = numbers.map((number, index) => radixes[index]?.(number) ?? '').join('.');
    return { value, host: spell(text) };
  });

describe('an IPv4 address in a URL', () => {
  it('is judged by what it is, in whatever notation and letters it is written', () => {
    fc.assert(
      fc.property(ipv4Text, ({ value, host }) => {
        const rule = classifyAddress(dotted(value));
        const expected =
          rule === 'public'
            ? { ok: true, hostname: dotted(value), isIpLiteral: true }
            : { ok: false, rule: `address:${rule}`, message: expect.stringContaining(rule) };
        expect(check(host)).toMatchObject(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused inside any IPv6 address, public or not', () => {
    const carriers: readonly (readonly [string, (address: Bytes) => readonly string[]])[] = [
      ['ipv4-mapped', (v4) => [`::ffff:${dotted(v4)}`, `::ffff:${hex(v4)}`, `0:0:0:0:0:FFFF:${hex(v4)}`]],
      ['ipv4-translated', (v4) => [`::ffff:0:${dotted(v4)}`, `::ffff:0:${hex(v4)}`]],
      ['nat64', (v4) => [`64:ff9b::${dotted(v4)}`, `64:ff9b::${hex(v4)}`, `0064:FF9B:1:abcd:ef:0:${hex(v4)}`]],
      ['6to4', (v4) => [`2002:${hex(v4)}::`, `2002:${hex(v4)}:1:2:3:4:5`]],
      [
        'teredo',
        (v4) => [`2001:0:${hex(v4)}:8000:63bf:3fff:fdd2`, `2001::${hex(v4)}`, `2001:0000:4136:e378::${hex(v4)}`],
      ],
    ];
    fc.assert(
      fc.property(anyAddress, fc.constantFrom(...carriers), ([...v4], [rule, write]) => {
        for (const text of write(v4)) {
          expect([text, check(`[${text}]`)]).toEqual([text, expect.objectContaining({ rule: `address:${rule}` })]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is refused as a compatible address, whose lowest are loopback and unspecified', () => {
    fc.assert(
      fc.property(anyAddress, ([...v4]) => {
        for (const text of [`::${dotted(v4)}`, `::${hex(v4)}`, `0:0:0:0:0:0:${hex(v4)}`]) {
          const refusal = expect.stringMatching(/^address:(ipv4-compatible|loopback|unspecified)$/);
          expect([text, check(`[${text}]`)]).toEqual([text, expect.objectContaining({ rule: refusal })]);
        }
      }),
    );
  });
});

describe('an IPv6 address in a URL', () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  const write = fc.constantFrom<(group: number) => string>(
    (group) => group.toString(16),
    (group) => group.toString(16).toUpperCase().padStart(4, '0'),
  );

  it('is judged alike however it is written, and never public outside 2000::/3', () => {
    fc.assert(
      fc.property(groups, write, (all, spell) => {
        const rule = classifyAddress(all.map((group) => group.toString(16)).join(':'));
        const answer = check(`[${all.map(spell).join(':')}]`);
        expect(answer.ok).toBe(rule === 'public');
        if (!answer.ok) expect(answer.rule).toBe(`address:${rule}`);
        if (all[0]! >> 13 !== 1) expect(answer.ok).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has no zone', () => {
    for (const host of ['[fe80::1%25eth0]', '[2606:4700::1%eth0]', '[::1%1]']) {
      expect(check(host)).toMatchObject({ ok: false, rule: 'not-a-url' });
    }
  });
});

describe('an internationalised host', () => {
  it.each([
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['пример。испытание', 'xn--e1afmkfd.xn--80akhbyknj4f'],
    ['faß.de', 'xn--fa-hia.de'],
    ['ｅｘａｍｐｌｅ．ｃｏｍ', 'example.com'],
    ['ex\u00adample.com', 'example.com'],
    ['a.b\u200d.example', undefined],
  ])('%s is kept as %s', (host, hostname) => {
    const checked = check(host);
    if (hostname === undefined) expect(checked.ok || checked.rule === 'not-a-url').toBe(true);
    else expect(checked).toMatchObject({ ok: true, hostname, isIpLiteral: false });
  });

  it.each(['ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', 'ｌｏｃａｌｈｏｓｔ', 'LOCAL\u00adHOST', 'a.ｌocalhost。', 'lo%63alhost'])(
    '%s is this machine',
    (host) => expect(check(host)).toMatchObject({ ok: false, rule: 'address:loopback' }),
  );

  it.each(['a\u0000.com', 'a b.com', 'a%00.com', 'exa%6dple%2f.com', '[::1', '1.2.3.4.5', '0x.1.2.3.256'])(
    '%s is none',
    (host) => expect(['not-a-url', 'control-character']).toContain((check(host) as { rule?: string }).rule),
  );
});

describe('the allow list', () => {
  it('opens an address in every notation of its own family, and nothing that carries it', () => {
    const opened = parseAllowList('127.0.0.0/8+http');
    const local = { allowList: opened.ok ? opened.value : [], ports: [{ from: 80, to: 65_535 }] };
    for (const host of ['127.1', '0x7f000001', '017700000001', '127。0。0。1']) {
      expect(checkEndpointUrl(`http://${host}:8080/`, local)).toMatchObject({ ok: true, hostname: '127.0.0.1' });
    }
    for (const host of ['[::ffff:127.0.0.1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '10.0.0.1']) {
      expect(checkEndpointUrl(`https://${host}:8080/`, local)).toMatchObject({ ok: false });
    }
  });
});
