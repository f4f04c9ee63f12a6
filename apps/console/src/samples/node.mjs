import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const signingKey = process.env.SIGNING_KEY;

function isFromSignalbox(rawBody, signature) {
  const expected = createHmac('sha256', signingKey).update(rawBody).digest();
  const given = Buffer.from(signature ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  // The signature is over the bytes as they came: verify before you parse.
  const rawBody = Buffer.concat(chunks);
  if (!isFromSignalbox(rawBody, request.headers['logto-signature-sha-256'])) {
    response.writeHead(401).end();
    return;
  }
  const event = JSON.parse(rawBody);
  console.log(event.event, request.headers['webhook-id']);
  response.writeHead(204).end();
}).listen(process.env.PORT ?? 3000);
