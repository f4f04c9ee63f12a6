import { UseInterceptors } from '@nestjs/common';
import { IdempotencyInterceptor } from './adapters/http/idempotency.interceptor.ts';

/** A route that takes an `Idempotency-Key`. What it writes goes through `inTransaction`, or is not covered by the key. */
export const Idempotent = (): MethodDecorator & ClassDecorator => UseInterceptors(IdempotencyInterceptor);
