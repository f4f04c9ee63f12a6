import { expect, it } from '@jest/globals';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { lastValueFrom, of, throwError } from 'rxjs';
import { StaleDataInterceptor } from './stale-data.interceptor.ts';

const isMarked = async (
  { lately, now }: { lately: boolean; now: boolean },
  { answer = of('the answer'), sent = false }: { answer?: Observable<string>; sent?: boolean } = {},
): Promise<readonly [boolean, unknown]> => {
  const headers: string[][] = [];
  const interceptor = new StaleDataInterceptor({
    lately: () => Promise.resolve(lately),
    now: () => Promise.resolve(now),
  });
  const reply = { sent, header: (...header: string[]) => headers.push(header) };
  const context = { switchToHttp: () => ({ getResponse: () => reply }) } as unknown as ExecutionContext;
  const next: CallHandler = { handle: () => answer };
  const answered = await interceptor.intercept(context, next).then(lastValueFrom).catch(String);
  if (headers.length > 0) expect(headers).toEqual([['signalbox-stale-data', 'true']]);
  return [headers.length > 0, answered];
};

it('answers are marked while what they are made of may lack something, before or after they are made', async () => {
  expect(await isMarked({ lately: false, now: false })).toEqual([false, 'the answer']);
  expect(await isMarked({ lately: true, now: false })).toEqual([true, 'the answer']);
  expect(await isMarked({ lately: false, now: true })).toEqual([true, 'the answer']);
});

it('so is an answer that nothing was found, and none that has gone', async () => {
  const answer = throwError(() => new Error('does not exist'));
  expect(await isMarked({ lately: false, now: true }, { answer })).toEqual([true, 'Error: does not exist']);
  expect(await isMarked({ lately: false, now: true }, { sent: true })).toEqual([false, 'the answer']);
});
