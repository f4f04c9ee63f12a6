import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Global, Inject, Module } from '@nestjs/common';
import type { Logger } from '@signalbox/observability';
import { SecretBox } from '@signalbox/secrets';
import { DataSource } from 'typeorm';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { ENVIRONMENT, LOGGER } from '../shared.ts';
import { PostgresKeptAnswers } from './adapters/postgres/kept-answers.postgres.ts';
import { AnswerOnce } from './application/answer-once.ts';

const PRUNE_EVERY_MS = 600_000;

@Global()
@Module({
  providers: [
    {
      provide: PostgresKeptAnswers,
      inject: [DataSource, ENVIRONMENT],
      useFactory: (dataSource: DataSource, env: ConfigServiceEnvironment) =>
        new PostgresKeptAnswers(dataSource, new SecretBox(env.keyring), Date.now),
    },
    {
      provide: AnswerOnce,
      inject: [PostgresKeptAnswers],
      useFactory: (answers: PostgresKeptAnswers) => new AnswerOnce(answers),
    },
  ],
  exports: [AnswerOnce],
})
export class IdempotencyModule implements OnModuleInit, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly answers: PostgresKeptAnswers,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.prune(), PRUNE_EVERY_MS).unref();
    void this.prune();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  private async prune(): Promise<void> {
    try {
      await this.answers.prune();
    } catch (error) {
      this.logger.warn({ err: error }, 'idempotent_answers.prune_failed');
    }
  }
}
