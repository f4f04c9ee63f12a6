import { describe, expect, it } from '@jest/globals';
import { readAlarm, readReadyLine } from './ready-line.ts';

describe('a line of a service', () => {
  it('that says it is ready names the addresses that apply', () => {
    const line = '{"level":"info","service":"x","ops_url":"http://127.0.0.1:1","msg":"service.ready"}';
    expect(readReadyLine(line)).toEqual({ opsUrl: 'http://127.0.0.1:1' });
  });

  it('that says anything else is no ready line, JSON or not', () => {
    const lines = ['service.ready', '{"msg":"service.ready', '{"msg":"delivery.attempted"}', '{}', ''];
    expect(lines.map(readReadyLine)).toEqual(lines.map(() => undefined));
  });

  it('is shown when it is a warning or an error, with the cause in the same line', () => {
    expect(readAlarm('{"level":"warn","msg":"kafka.away"}')).toEqual({ level: 'warn', text: 'kafka.away' });
    expect(readAlarm('{"level":50,"msg":"failed","err":{"message":"no\\nroute"}}')).toEqual({
      level: 'error',
      text: 'failed: no',
    });
    expect(readAlarm('{"level":"info","msg":"fine"}')).toBeUndefined();
    expect(readAlarm('plain text')).toBeUndefined();
  });
});
