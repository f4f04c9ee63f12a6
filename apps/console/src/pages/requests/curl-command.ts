const MASKED = '***';

export interface SentRequest {
  readonly url: string;
  /** What the API tells of what was sent; secrets are masked there. */
  readonly headers: Readonly<Record<string, string>>;
  /** The webhook's own headers: only their names are used. */
  readonly customHeaders: Readonly<Record<string, string>>;
  /** The JSON that was sent; null where it is not kept. */
  readonly body: unknown;
}

/** The request as a command for a POSIX shell. Values of the webhook's own headers are masked: they often are secrets. */
export function curlCommand({ url, headers, customHeaders, body }: SentRequest): string {
  const names = Object.keys(customHeaders).filter((name) => !(name.toLowerCase() in headers));
  const masked = names.map((name) => [name, MASKED] as const);
  const lines = [
    `curl -X POST ${quoted(url)}`,
    ...[...Object.entries(headers), ...masked].map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-raw ${quoted(JSON.stringify(body))}`]),
  ];
  return lines.join(' \\\n  ');
}

/** One word for the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
