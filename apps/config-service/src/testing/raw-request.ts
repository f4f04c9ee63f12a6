import { request } from 'node:http';

/** The status of a GET whose path goes out exactly as it is written: `fetch` would resolve `..` and `%2e%2e` before. */
export async function statusOf(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
