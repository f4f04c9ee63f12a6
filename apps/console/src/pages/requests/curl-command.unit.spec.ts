import { describe, expect, it } from '@jest/globals';
import { curlCommand } from './curl-command.ts';

describe('a request as a curl command', () => {
  it('is one quoted word for the shell for each part, whatever stands in it', () => {
    const command = curlCommand({
      url: "https://example.com/a?b='c'&d=$(id)",
      headers: { 'content-type': 'application/json' },
      customHeaders: {},
      body: { text: "it's `id`" },
    });
    expect(command.split(' \\\n  ')).toEqual([
      String.raw`curl -X POST 'https://example.com/a?b='\''c'\''&d=$(id)'`,
      "-H 'content-type: application/json'",
      String.raw`--data-raw '{"text":"it'\''s ` + '`id`"}\'',
    ]);
  });

  it("masks the values of the webhook's own headers, and has no body where none is kept", () => {
    const customHeaders = { Authorization: 'Bearer very-secret' };
    const command = curlCommand({ url: 'https://example.com', headers: {}, customHeaders, body: null });
    expect(command).toBe("curl -X POST 'https://example.com' \\\n  -H 'Authorization: ***'");
  });
});
