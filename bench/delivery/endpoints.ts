import { BENCH_EVENTS } from './bench-event.ts';

/** The events of one kind in one tenant: each of them matches the same webhooks, `fanout` of them. */
export interface EventGroup {
  readonly tenantId: string;
  readonly event: string;
}

/** The groups that a phase's events are of, in turn: `count` of them from number `first` on. */
export interface GroupRange {
  readonly first: number;
  readonly count: number;
}

/** An endpoint of a customer, before there is a webhook for it. */
export interface Endpoint {
  readonly group: EventGroup;
  readonly url: string;
}

/** A webhook as the receiver has to know it; its place in the list is the number in its URL. */
export interface Webhook {
  readonly id: string;
  readonly signingKey: string;
}

/**
 * As few tenants as there must be: events of different kinds keep groups apart first. None is `default`, whose webhooks,
 * such as the demo's, are somebody else's.
 */
export function eventGroups(count: number): readonly EventGroup[] {
  return Array.from({ length: count }, (_, index) => ({
    tenantId: `bench-${Math.floor(index / BENCH_EVENTS.length) + 1}`,
    event: BENCH_EVENTS[index % BENCH_EVENTS.length] ?? '',
  }));
}

/** A host for each, as customers have: connections are kept by origin. The last `secure` groups are reached by TLS. */
export function endpointsOf(
  groups: readonly EventGroup[],
  { fanout, secure }: { readonly fanout: number; readonly secure: number },
  ports: { readonly plain: number; readonly tls: number },
): readonly Endpoint[] {
  return groups.flatMap((group, index) =>
    Array.from({ length: fanout }, (_, member) => {
      const number = index * fanout + member;
      const isSecure = index >= groups.length - secure;
      const origin = `endpoint-${number}.bench.localhost:${isSecure ? ports.tls : ports.plain}`;
      return { group, url: `${isSecure ? 'https' : 'http'}://${origin}/${number}` };
    }),
  );
}
