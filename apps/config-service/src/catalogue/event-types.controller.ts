import { Controller, Get } from '@nestjs/common';
import { EVENT_TYPES } from '@signalbox/domain';
import type { EventType } from '@signalbox/domain';
import { NeedsScope } from '../access/needs-scope.ts';
import { Documented } from '../openapi/documented.ts';
import { listOf } from '../openapi/schemas.ts';

/** The event types a webhook can subscribe to. */
@Controller('api/event-types')
export class EventTypesController {
  @Documented({
    summary: 'The event types a webhook can subscribe to',
    answer: { status: 200, description: 'It', schema: listOf('EventType') },
  })
  @Get()
  @NeedsScope('webhooks:read')
  list(): readonly EventType[] {
    return EVENT_TYPES;
  }
}
