/** The text of Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */

/** `data` is one line, as JSON is. */
export function eventText(name: string, id: string, data: string): string {
  return `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`;
}

/** A comment keeps the connection; the id moves on what a reader resumes from, though there was nothing to show. */
export function heartbeatText(id: string): string {
  return `: heartbeat\nid: ${id}\n\n`;
}
