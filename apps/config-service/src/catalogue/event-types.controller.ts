import { Controller, Get } from '@nestjs/common';
import { EVENT_TYPES } from '@signalbox/domain';
import type { EventType } from '@signalbox/domain';
import { NeedsScope } from '../access/needs-scope.ts';

/** The event types a webhook can subscribe to. */
@Controller('api/event-types')
export class EventTypesController {
  @Get()
  @NeedsScope('webhooks:read')
  list(): readonly EventType[] {
    return EVENT_TYPES;
  }
}
