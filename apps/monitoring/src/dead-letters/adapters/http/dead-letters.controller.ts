import { Controller, Get, HttpCode, Inject, Param, Post, Query, UseFilters, UseGuards } from '@nestjs/common';
import type { Identity } from '@signalbox/identity';
import { ApiErrorFilter } from '../../../access/api-error.filter.ts';
import { ApiError, notFound } from '../../../access/api-error.ts';
import { Caller, IdentityGuard, OpenTo } from '../../../access/identity.guard.ts';
import type { RawQuery } from '../../../access/query-reader.ts';
import type { Letters } from '../../application/letters.port.ts';
import { LETTERS } from '../../application/letters.port.ts';
import type { SettleOutcome } from '../../application/settle-letter.ts';
import { SettleLetter } from '../../application/settle-letter.ts';
import { NotAppendedInTime } from '../../application/source-log.port.ts';
import type { LetterId } from '../../domain/letter.ts';
import { parseLetterId } from '../../domain/letter.ts';
import { letterView, letterWithRecordView } from '../../domain/letter-view.ts';
import type { RedriveTargets } from '../../domain/redrive.ts';
import { REDRIVE_TARGETS } from '../../dead-letters.ts';
import { encodeCursor, letterQueryOf } from './letter-query.ts';

/** Records that could not be taken, of all tenants: for the operator. */
@Controller('api/ops/dead-letters')
@UseGuards(IdentityGuard)
@UseFilters(ApiErrorFilter)
export class DeadLettersController {
  constructor(
    @Inject(LETTERS) private readonly letters: Letters,
    @Inject(SettleLetter) private readonly settleLetter: SettleLetter,
    @Inject(REDRIVE_TARGETS) private readonly targets: RedriveTargets,
  ) {}

  @Get()
  @OpenTo('ops:read')
  async list(@Query() query: RawQuery) {
    const asked = letterQueryOf(query);
    const found = await this.letters.page(asked);
    const listed = found.slice(0, asked.limit);
    const last = found.length > asked.limit ? listed.at(-1) : undefined;
    return {
      deadLetters: listed.map((letter) => letterView(letter, this.targets)),
      nextCursor: last === undefined ? null : encodeCursor(last),
    };
  }

  @Get(':letterId')
  @OpenTo('ops:read')
  async one(@Param('letterId') text: string) {
    const letter = await this.letters.one(idOf(text));
    if (letter === undefined) throw notFound('a dead letter', text);
    return letterWithRecordView(letter, this.targets);
  }

  @Post(':letterId/redrive')
  @HttpCode(200)
  @OpenTo('ops:write')
  async redrive(@Caller() { actor }: Identity, @Param('letterId') text: string) {
    try {
      return this.answerTo(text, await this.settleLetter.redrive(idOf(text), actor));
    } catch (error) {
      if (!(error instanceof NotAppendedInTime)) throw error;
      throw new ApiError('service.unavailable', `${error.message}; the dead letter stays open`);
    }
  }

  @Post(':letterId/drop')
  @HttpCode(200)
  @OpenTo('ops:write')
  async drop(@Caller() { actor }: Identity, @Param('letterId') text: string) {
    return this.answerTo(text, await this.settleLetter.drop(idOf(text), actor));
  }

  private answerTo(text: string, outcome: SettleOutcome) {
    switch (outcome.kind) {
      case 'absent':
        throw notFound('a dead letter', text);
      case 'refused':
        throw new ApiError('entity.conflict', `the dead letter ${text} cannot be settled so: ${outcome.why}`);
      case 'settled':
        return letterView(outcome.letter, this.targets);
    }
    return outcome satisfies never;
  }
}

function idOf(text: string): LetterId {
  const id = parseLetterId(text);
  if (id === undefined) throw notFound('a dead letter', text);
  return id;
}
