type Payload = Readonly<Record<string, unknown>>;

const userAgent =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const ip = '203.0.113.24';
const webApplication = {
  id: 'k2d8sj5qm1x0vr7tw3bna',
  type: 'SPA',
  name: 'Acme Portal',
  description: 'Customer portal',
};
const backOffice = { id: '7yq0w4hz2mfs9c1vlxk8d', type: 'MachineToMachine', name: 'Back office', description: null };

const user = {
  id: 'q4v1m8zt0s7k',
  username: 'maria.lindqvist',
  primaryEmail: 'maria.lindqvist@example.com',
  primaryPhone: '15550100123',
  name: 'Maria Lindqvist',
  avatar: 'https://cdn.example.com/avatars/q4v1m8zt0s7k.png',
  customData: { plan: 'team', locale: 'sv-SE' },
  identities: {
    google: {
      userId: '108423398120034571123',
      details: { email: 'maria.lindqvist@example.com', name: 'Maria Lindqvist' },
    },
  },
  lastSignInAt: 1763990400000,
  createdAt: 1748505600000,
  updatedAt: 1763990400000,
  profile: { givenName: 'Maria', familyName: 'Lindqvist', zoneinfo: 'Europe/Stockholm' },
  applicationId: webApplication.id,
  isSuspended: false,
};

const organization = {
  tenantId: 'default',
  id: 'o9x3c7lq2k8f',
  name: 'Nordwind Handel',
  description: 'Reseller, northern region',
  customData: { region: 'eu-north' },
  isMfaRequired: false,
  branding: {},
  createdAt: 1763985600000,
};

const role = {
  tenantId: 'default',
  id: 'r5t8w1y4u7i0o3p6a9s2d',
  name: 'billing-admin',
  description: 'Reads and settles invoices',
  type: 'User',
  isDefault: false,
};

const scope = {
  tenantId: 'default',
  id: 'z1x4c7v0b3n6m9q2w5e8r',
  resourceId: 'api-invoices',
  name: 'read:invoices',
  description: 'Read invoices',
  createdAt: 1763986200000,
};

const organizationRole = {
  tenantId: 'default',
  id: 'g3h6j9k2l5z8x1c4v7b0n',
  name: 'owner',
  description: 'Owns the organization',
  type: 'User',
};

const organizationScope = {
  tenantId: 'default',
  id: 'f2d5s8a1p4o7i0u3y6t9r',
  name: 'invite:member',
  description: 'Invite members',
};

const trustedDevice = {
  id: 'td8k1m4p7s0v',
  userId: user.id,
  name: 'Chrome on macOS',
  lastSeenIp: ip,
  expiresAt: 1766582400000,
  createdAt: 1763990400000,
};

function interaction(event: string, interactionEvent: string, createdAt: string, more: Payload = {}): Payload {
  return {
    event,
    createdAt,
    userAgent,
    ip,
    interactionEvent,
    sessionId: 'Fv1W0hXy6vJq3nZbT8pLs',
    userId: user.id,
    userIp: ip,
    user,
    application: webApplication,
    ...more,
  };
}

interface Call {
  readonly method: string;
  readonly route: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly status?: number;
}

/** A change made through a management API: the call that made it, and what it left behind. */
function changed(event: string, createdAt: string, call: Call, data: unknown): Payload {
  const params = call.params ?? {};
  return {
    event,
    createdAt,
    userAgent: 'back-office/3.4.1',
    ip: '198.51.100.7',
    path: call.route.replaceAll(/:(\w+)/g, (whole, name: string) => params[name] ?? whole),
    method: call.method,
    status: call.status ?? (call.method === 'DELETE' ? 204 : 200),
    params,
    matchedRoute: call.route,
    data,
    application: backOffice,
  };
}

function exception(event: string, createdAt: string, more: Payload): Payload {
  return { event, createdAt, userAgent, ip, ...more };
}

const examples: readonly Payload[] = [
  interaction('PostRegister', 'Register', '2025-11-24T09:12:31.412Z'),
  interaction('PostSignIn', 'SignIn', '2025-11-24T09:20:05.087Z'),
  interaction('PostSignInAdaptiveMfaTriggered', 'SignIn', '2025-11-24T09:21:44.630Z', {
    adaptiveMfaResult: { requiresMfa: true, triggeredRules: [{ rule: 'new_country', details: { country: 'BR' } }] },
  }),
  interaction('PostResetPassword', 'ForgotPassword', '2025-11-24T09:25:18.301Z'),
  changed('User.Created', '2025-11-24T09:30:00.120Z', { method: 'POST', route: '/users' }, user),
  changed(
    'User.Deleted',
    '2025-11-24T09:31:12.002Z',
    { method: 'DELETE', route: '/users/:userId', params: { userId: user.id } },
    null,
  ),
  changed(
    'User.Data.Updated',
    '2025-11-24T09:32:40.519Z',
    { method: 'PATCH', route: '/users/:userId', params: { userId: user.id } },
    { ...user, name: 'Maria Lindqvist Öberg' },
  ),
  changed(
    'User.SuspensionStatus.Updated',
    '2025-11-24T09:33:02.774Z',
    { method: 'PATCH', route: '/users/:userId/is-suspended', params: { userId: user.id } },
    { ...user, isSuspended: true },
  ),
  changed(
    'TrustedDevice.Created',
    '2025-11-24T09:34:10.245Z',
    { method: 'POST', route: '/my-account/trusted-devices', status: 201 },
    trustedDevice,
  ),
  changed(
    'TrustedDevice.Deleted',
    '2025-11-24T09:35:55.910Z',
    { method: 'DELETE', route: '/my-account/trusted-devices/:deviceId', params: { deviceId: trustedDevice.id } },
    null,
  ),
  changed('Role.Created', '2025-11-24T09:40:01.000Z', { method: 'POST', route: '/roles' }, role),
  changed(
    'Role.Deleted',
    '2025-11-24T09:41:09.338Z',
    { method: 'DELETE', route: '/roles/:id', params: { id: role.id } },
    null,
  ),
  changed(
    'Role.Data.Updated',
    '2025-11-24T09:42:27.461Z',
    { method: 'PATCH', route: '/roles/:id', params: { id: role.id } },
    { ...role, description: 'Reads, settles and refunds invoices' },
  ),
  changed(
    'Role.Scopes.Updated',
    '2025-11-24T09:43:33.580Z',
    { method: 'POST', route: '/roles/:id/scopes', params: { id: role.id }, status: 201 },
    [scope],
  ),
  changed(
    'Scope.Created',
    '2025-11-24T09:44:00.907Z',
    { method: 'POST', route: '/resources/:resourceId/scopes', params: { resourceId: scope.resourceId }, status: 201 },
    scope,
  ),
  changed(
    'Scope.Deleted',
    '2025-11-24T09:45:16.119Z',
    {
      method: 'DELETE',
      route: '/resources/:resourceId/scopes/:scopeId',
      params: { resourceId: scope.resourceId, scopeId: scope.id },
    },
    null,
  ),
  changed(
    'Scope.Data.Updated',
    '2025-11-24T09:46:20.333Z',
    {
      method: 'PATCH',
      route: '/resources/:resourceId/scopes/:scopeId',
      params: { resourceId: scope.resourceId, scopeId: scope.id },
    },
    { ...scope, description: 'Read invoices and credit notes' },
  ),
  changed(
    'Organization.Created',
    '2025-11-24T09:50:00.450Z',
    { method: 'POST', route: '/organizations', status: 201 },
    organization,
  ),
  changed(
    'Organization.Deleted',
    '2025-11-24T09:51:41.008Z',
    { method: 'DELETE', route: '/organizations/:id', params: { id: organization.id } },
    null,
  ),
  changed(
    'Organization.Data.Updated',
    '2025-11-24T09:52:12.671Z',
    { method: 'PATCH', route: '/organizations/:id', params: { id: organization.id } },
    { ...organization, name: 'Nordwind Handel GmbH' },
  ),
  {
    ...changed(
      'Organization.Membership.Updated',
      '2025-11-24T09:53:30.244Z',
      { method: 'POST', route: '/organizations/:id/users', params: { id: organization.id }, status: 201 },
      null,
    ),
    organizationId: organization.id,
  },
  changed(
    'OrganizationRole.Created',
    '2025-11-24T10:00:02.100Z',
    { method: 'POST', route: '/organization-roles', status: 201 },
    organizationRole,
  ),
  changed(
    'OrganizationRole.Deleted',
    '2025-11-24T10:01:15.290Z',
    { method: 'DELETE', route: '/organization-roles/:id', params: { id: organizationRole.id } },
    null,
  ),
  changed(
    'OrganizationRole.Data.Updated',
    '2025-11-24T10:02:26.777Z',
    { method: 'PATCH', route: '/organization-roles/:id', params: { id: organizationRole.id } },
    { ...organizationRole, description: 'Owns the organization and pays for it' },
  ),
  changed(
    'OrganizationRole.Scopes.Updated',
    '2025-11-24T10:03:37.815Z',
    { method: 'PUT', route: '/organization-roles/:id/scopes', params: { id: organizationRole.id } },
    [organizationScope],
  ),
  changed(
    'OrganizationScope.Created',
    '2025-11-24T10:05:00.003Z',
    { method: 'POST', route: '/organization-scopes', status: 201 },
    organizationScope,
  ),
  changed(
    'OrganizationScope.Deleted',
    '2025-11-24T10:06:11.546Z',
    { method: 'DELETE', route: '/organization-scopes/:id', params: { id: organizationScope.id } },
    null,
  ),
  changed(
    'OrganizationScope.Data.Updated',
    '2025-11-24T10:07:42.629Z',
    { method: 'PATCH', route: '/organization-scopes/:id', params: { id: organizationScope.id } },
    { ...organizationScope, description: 'Invite members and guests' },
  ),
  exception('Identifier.Lockout', '2025-11-24T10:10:05.931Z', {
    interactionEvent: 'SignIn',
    sessionId: 'Rb7Q2nVd0sKx5mYcG1wHe',
    type: 'email',
    value: 'maria.lindqvist@example.com',
    application: webApplication,
  }),
  exception('Message.RateLimited', '2025-11-24T10:11:48.275Z', {
    interactionEvent: 'ForgotPassword',
    sessionId: 'Yt4L9pCe3uWz6kNaJ0rMf',
    data: { channel: 'sms', recipient: '15550100123', templateType: 'ForgotPassword', retryAfterSeconds: 600 },
    application: webApplication,
  }),
  exception('Grant.LimitExceeded', '2025-11-24T10:12:59.844Z', {
    data: { userId: user.id, limit: 5, revokedGrantIds: ['mF3sK8vN1qZ6xC0bL5tYw'] },
    application: webApplication,
  }),
];

/** A realistic payload of each event, by its name, as a publisher would put it on Kafka. */
export const EVENT_EXAMPLES: Readonly<Record<string, Payload>> = Object.fromEntries(
  examples.map((payload) => [String(payload['event']), payload]),
);
