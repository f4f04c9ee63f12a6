/** The receiver's process: takes every request on kept-alive connections, checks it and counts it. */
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { certificateAuthority } from '@signalbox/testing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { EVENT_BYTES, eventTemplate, isStampedCopy, readStamp } from './bench-event.ts';
import { serveCalls } from './child.ts';
import { eventGroups, type GroupRange, type Webhook } from './endpoints.ts';
import { PhaseCount, type PhaseResult } from './phase-count.ts';
import { headerOf, RequestReader } from './request-reader.ts';

/** What the receiver answers to. */
export interface ReceiverCalls {
  /** Listens on free ports of loopback, by TLS too, with a certificate of an authority of its own, in PEM. */
  listen: (input: null) => Promise<Listening>;
  /** Whose requests come, in the order of the numbers in their URLs. */
  know: (input: { readonly webhooks: readonly Webhook[]; readonly fanout: number }) => void;
  /** Counts the events of a phase from now on. */
  expect: (input: Expected) => void;
  /** From now on the webhooks of these groups fail, each group in one of these ways in turn, and are not counted. */
  fail: (input: { readonly groups: GroupRange; readonly faults: readonly EndpointFault[] }) => void;
  /** Deliveries of the newest phase that have arrived. */
  arrived: (input: null) => number;
  /** All phases in their order. */
  results: (input: null) => ReceiverResult;
}

/** Answers nothing; closes without an answer; answers 503; answers 503 every other time. */
export type EndpointFault = 'hangs' | 'closes' | 'refuses' | 'falters';

export interface Listening {
  readonly plain: number;
  readonly tls: number;
  readonly authority: string;
}

export interface Expected {
  readonly firstSequence: number;
  readonly events: number;
  readonly groups: GroupRange;
}

export interface ReceiverResult {
  readonly phases: readonly PhaseResult[];
  /** Requests with a wrong or missing signature of either scheme. */
  readonly badSignatures: number;
  /** Requests with another body than was published, or for another webhook than the event matches. */
  readonly strangers: number;
  /** Checked once more by the npm package `standardwebhooks`: the first of each webhook. */
  readonly checkedByLibrary: number;
  /** What the first bad request was. */
  readonly firstFault: string | undefined;
}

interface Known {
  readonly key: KeyObject;
  readonly library: StandardWebhook;
  /** The event that it matches. */
  readonly template: Buffer;
  readonly bodyEnd: Buffer;
  isSeen: boolean;
}

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok');
const REFUSAL = Buffer.from('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n');

let known: readonly Known[] = [];
let fanout = 1;
let failing: GroupRange = { first: 0, count: 0 };
let faults: readonly EndpointFault[] = [];
/** Webhooks that falter and are to be answered well next. */
const faltered = new Set<number>();
const phases: PhaseCount[] = [];
let badSignatures = 0;
let strangers = 0;
let checkedByLibrary = 0;
let firstFault: string | undefined;

/** What is written; null: the connection is closed; undefined: nothing is answered. */
function answerTo(head: string, body: Buffer): Buffer | null | undefined {
  const number = Number(head.slice('POST /'.length, head.indexOf(' HTTP/')));
  const place = Math.floor(number / fanout) - failing.first;
  const fault = place >= 0 && place < failing.count ? faults[place % faults.length] : undefined;
  switch (fault) {
    case 'hangs':
      return undefined;
    case 'closes':
      return null;
    case 'refuses':
      return REFUSAL;
    case 'falters':
      if (faltered.delete(number)) return ANSWER;
      faltered.add(number);
      return REFUSAL;
    case undefined:
      check(head, body, number);
      return ANSWER;
  }
}

function check(head: string, body: Buffer, number: number): void {
  const webhook = known[number];
  if (webhook === undefined || !isWhole(body, webhook)) {
    strangers++;
    firstFault ??= `a request that was not expected: ${head}${body.toString()}`;
    return;
  }
  if (!isSigned(head, body, webhook)) {
    badSignatures++;
    firstFault ??= `a wrong signature: ${head}${body.toString()}`;
    return;
  }
  const { sequence, publishedAtUs } = readStamp(body);
  const phase = phases.findLast(({ firstSequence }) => sequence >= firstSequence);
  if (phase === undefined || phase.groupOf(sequence) !== Math.floor(number / fanout)) {
    strangers++;
    firstFault ??= `event ${sequence} came to webhook ${number}`;
  } else {
    phase.count(sequence, number % fanout, publishedAtUs);
  }
}

/** The event's bytes, whatever its number and time, with `hookId` spliced in at their end. */
function isWhole(body: Buffer, { template, bodyEnd }: Known): boolean {
  if (body.length !== EVENT_BYTES - 1 + bodyEnd.length) return false;
  return isStampedCopy(body, template) && body.subarray(EVENT_BYTES - 1).equals(bodyEnd);
}

/** By hand and not by libs/domain, whose signatures these are. */
function isSigned(head: string, body: Buffer, webhook: Known): boolean {
  const id = headerOf(head, 'webhook-id') ?? '';
  const timestamp = headerOf(head, 'webhook-timestamp') ?? '';
  const standard = createHmac('sha256', webhook.key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  const logto = createHmac('sha256', webhook.key).update(body).digest('hex');
  const signature = headerOf(head, 'webhook-signature') ?? '';
  if (!isSame(signature, `v1,${standard}`) || !isSame(headerOf(head, 'logto-signature-sha-256') ?? '', logto)) {
    return false;
  }
  if (webhook.isSeen) return true;
  webhook.isSeen = true;
  checkedByLibrary++;
  try {
    webhook.library.verify(body, {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    });
    return true;
  } catch {
    return false;
  }
}

const isSame = (given: string, right: string): boolean =>
  given.length === right.length && timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(right, 'latin1'));

function serve(socket: Socket): void {
  const reader = new RequestReader((head, body) => {
    const answer = answerTo(head, body);
    if (answer === null) socket.destroy();
    else if (answer !== undefined) socket.write(answer);
  });
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => reader.push(chunk));
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

serveCalls<ReceiverCalls>({
  listen: async () => {
    const authority = certificateAuthority('bench');
    // Nobody accepts a wildcard right below a top-level domain.
    const names = ['*.bench.localhost'];
    const plain = await listen(createServer({ noDelay: true }, serve));
    const tls = await listen(createSecureServer({ ...authority.issue(names), noDelay: true }, serve));
    return { plain, tls, authority: authority.cert };
  },
  know: (input) => {
    ({ fanout } = input);
    const templates = eventGroups(input.webhooks.length / fanout).map(({ event }) => eventTemplate(event));
    known = input.webhooks.map(({ id, signingKey }, number) => ({
      template: templates[Math.floor(number / fanout)] ?? Buffer.alloc(0),
      key: createSecretKey(Buffer.from(signingKey)),
      library: new StandardWebhook(`whsec_${Buffer.from(signingKey).toString('base64')}`),
      bodyEnd: Buffer.from(`,"hookId":"${id}"}`),
      isSeen: false,
    }));
  },
  expect: ({ firstSequence, events, groups }) => {
    phases.push(new PhaseCount(firstSequence, events, groups, fanout));
  },
  fail: (input) => {
    failing = input.groups;
    ({ faults } = input);
  },
  arrived: () => phases.at(-1)?.arrived ?? 0,
  results: () => ({
    phases: phases.map((phase) => phase.result()),
    badSignatures,
    strangers,
    checkedByLibrary,
    firstFault,
  }),
});
