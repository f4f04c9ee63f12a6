import { expect, it } from '@jest/globals';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { StaleDataInterceptor } from './stale-data.interceptor.ts';

it('answers are marked while nothing new comes into what they are made of, and not otherwise', async () => {
  let isStale = false;
  const interceptor = new StaleDataInterceptor(() => Promise.resolve(isStale));
  const marked = async (): Promise<readonly (readonly string[])[]> => {
    const headers: string[][] = [];
    const reply = { header: (...header: string[]) => headers.push(header) };
    const context = { switchToHttp: () => ({ getResponse: () => reply }) } as unknown as ExecutionContext;
    const next = { handle: () => 'the answer' } as unknown as CallHandler;
    expect(await interceptor.intercept(context, next)).toBe('the answer');
    return headers;
  };
  expect(await marked()).toEqual([]);
  isStale = true;
  expect(await marked()).toEqual([['signalbox-stale-data', 'true']]);
});
