import { EVENT_EXAMPLES } from './event-catalogue-examples.ts';

/** Decides the shape of an event's payload: a sign-in flow, a change to data, or something that went wrong. */
export type EventFamily = 'interaction' | 'data' | 'exception';

/** Under which heading people look for an event; in the order in which they are shown. */
export const EVENT_GROUPS = [
  'User interaction',
  'User',
  'Trusted device',
  'Organization',
  'Role',
  'Permission',
  'Organization role',
  'Organization permission',
  'Security',
] as const;
export type EventGroup = (typeof EVENT_GROUPS)[number];

/** One kind of event that a webhook can subscribe to. */
export interface EventType {
  readonly name: string;
  readonly family: EventFamily;
  readonly group: string;
  /** For people; one sentence. */
  readonly description: string;
  /** What a publisher puts on Kafka: the payload without `hookId`. */
  readonly example: Readonly<Record<string, unknown>>;
}

type Entry = readonly [name: string, family: EventFamily, group: EventGroup, description: string];

const ENTRIES: readonly Entry[] = [
  ['PostRegister', 'interaction', 'User interaction', 'A person finished signing up.'],
  ['PostSignIn', 'interaction', 'User interaction', 'A person finished signing in.'],
  [
    'PostSignInAdaptiveMfaTriggered',
    'interaction',
    'User interaction',
    'A sign-in looked risky, so that a further factor was asked for.',
  ],
  ['PostResetPassword', 'interaction', 'User interaction', 'A person set a new password after forgetting the old one.'],
  ['User.Created', 'data', 'User', 'A user was created.'],
  ['User.Deleted', 'data', 'User', 'A user was deleted.'],
  ['User.Data.Updated', 'data', 'User', "A user's data changed: profile, identifiers, custom data or roles."],
  ['User.SuspensionStatus.Updated', 'data', 'User', 'A user was suspended, or let in again.'],
  ['TrustedDevice.Created', 'data', 'Trusted device', 'A user chose to trust a device.'],
  ['TrustedDevice.Deleted', 'data', 'Trusted device', 'A device is trusted no longer.'],
  ['Role.Created', 'data', 'Role', 'A role was created.'],
  ['Role.Deleted', 'data', 'Role', 'A role was deleted.'],
  ['Role.Data.Updated', 'data', 'Role', "A role's name, description or default changed."],
  ['Role.Scopes.Updated', 'data', 'Role', 'The permissions of a role changed.'],
  ['Scope.Created', 'data', 'Permission', 'A permission of an API resource was created.'],
  ['Scope.Deleted', 'data', 'Permission', 'A permission of an API resource was deleted.'],
  ['Scope.Data.Updated', 'data', 'Permission', "A permission's name or description changed."],
  ['Organization.Created', 'data', 'Organization', 'An organization was created.'],
  ['Organization.Deleted', 'data', 'Organization', 'An organization was deleted.'],
  ['Organization.Data.Updated', 'data', 'Organization', "An organization's name, description or custom data changed."],
  ['Organization.Membership.Updated', 'data', 'Organization', 'Members joined an organization or left it.'],
  ['OrganizationRole.Created', 'data', 'Organization role', 'A role within organizations was created.'],
  ['OrganizationRole.Deleted', 'data', 'Organization role', 'A role within organizations was deleted.'],
  ['OrganizationRole.Data.Updated', 'data', 'Organization role', "An organization role's name or description changed."],
  ['OrganizationRole.Scopes.Updated', 'data', 'Organization role', 'The permissions of an organization role changed.'],
  ['OrganizationScope.Created', 'data', 'Organization permission', 'A permission within organizations was created.'],
  ['OrganizationScope.Deleted', 'data', 'Organization permission', 'A permission within organizations was deleted.'],
  [
    'OrganizationScope.Data.Updated',
    'data',
    'Organization permission',
    "An organization permission's name or description changed.",
  ],
  ['Identifier.Lockout', 'exception', 'Security', 'An identifier was locked after too many failed verifications.'],
  ['Message.RateLimited', 'exception', 'Security', 'Sending messages to a recipient was stopped by a rate limit.'],
  ['Grant.LimitExceeded', 'exception', 'Security', 'A user held too many grants of an application; the oldest ended.'],
];

/** The events every tenant has. Operators may register more; those are data of their own, not of this list. */
export const EVENT_TYPES: readonly EventType[] = ENTRIES.map(([name, family, group, description]) => ({
  name,
  family,
  group,
  description,
  example: EVENT_EXAMPLES[name] ?? {},
}));

const EVENT_TYPE_BY_NAME: ReadonlyMap<string, EventType> = new Map(EVENT_TYPES.map((type) => [type.name, type]));

export function isKnownEvent(name: string): boolean {
  return EVENT_TYPE_BY_NAME.has(name);
}

export function eventTypeOf(name: string): EventType | undefined {
  return EVENT_TYPE_BY_NAME.get(name);
}
