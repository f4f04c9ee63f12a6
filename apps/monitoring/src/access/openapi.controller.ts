import { Controller, Get } from '@nestjs/common';
import { monitoringDocument } from '@signalbox/contracts';

/** What can be asked here, which is in the public door's document too: without credential, as it is there. */
@Controller()
export class OpenApiController {
  @Get('openapi.json')
  document() {
    return monitoringDocument();
  }
}
