/** What a service says when it listens: the pino line `service.ready`. */
export interface ReadyLine {
  readonly opsUrl?: string;
  readonly httpUrl?: string;
  /** `host:port`. */
  readonly grpcUrl?: string;
}

/** One line of a service's log, as far as people who started it should see it. */
export interface LogLine {
  readonly level: string;
  readonly text: string;
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The addresses when `line` is a `service.ready` line, else undefined. */
export function readReadyLine(line: string): ReadyLine | undefined {
  const entry = parseObject(line);
  if (entry?.['msg'] !== 'service.ready') return undefined;
  const opsUrl = stringOf(entry['ops_url']);
  const httpUrl = stringOf(entry['http_url']);
  const grpcUrl = stringOf(entry['grpc_url']);
  return {
    ...(opsUrl !== undefined && { opsUrl }),
    ...(httpUrl !== undefined && { httpUrl }),
    ...(grpcUrl !== undefined && { grpcUrl }),
  };
}

const SHOWN_LEVELS: Readonly<Record<string, string>> = {
  warn: 'warn',
  error: 'error',
  fatal: 'error',
  '40': 'warn',
  '50': 'error',
  '60': 'error',
};

/** A warning or an error in a few words; undefined for everything else. */
export function readAlarm(line: string): LogLine | undefined {
  const entry = parseObject(line);
  const level = SHOWN_LEVELS[String(entry?.['level'])];
  if (!entry || level === undefined) return undefined;
  const cause = entry['err'] ?? entry['error'] ?? entry['reason'] ?? entry['client_message'];
  const why = typeof cause === 'object' && cause !== null ? (cause as { message?: unknown }).message : cause;
  const said = stringOf(entry['msg']) ?? '';
  const text = typeof why === 'string' && why !== '' && why !== said ? `${said}: ${why}` : said;
  return { level, text: text.split('\n')[0]?.slice(0, 300) ?? '' };
}
