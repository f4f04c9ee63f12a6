import type { Logger } from '@signalbox/observability';
import { createLogger } from '@signalbox/observability';

/** A dispatcher's logger, and the lines it has written, without their time. */
export function recordingLogger(): { readonly logger: Logger; readonly lines: Readonly<Record<string, unknown>>[] } {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (text: string) => {
      const { time: _time, ...line } = JSON.parse(text) as Record<string, unknown>;
      lines.push(line);
    },
  };
  return { logger: createLogger({ service: 'dispatcher', destination }), lines };
}
