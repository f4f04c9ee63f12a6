import type { EventFamily } from './event-catalogue.ts';

/** What a test call sends: recognisably fake, in the shape of the event's family. `hookId` is not in it; it is spliced. */
export function samplePayload(
  event: string,
  family: EventFamily,
  options: { readonly nowMs: number },
): Readonly<Record<string, unknown>> {
  const head = { event, createdAt: new Date(options.nowMs).toISOString(), userAgent: 'fake-user-agent' };
  if (family !== 'interaction') {
    return {
      ...head,
      path: '/fake-path/:id',
      method: 'POST',
      status: 200,
      params: { id: 'fake-id' },
      data: { result: 'success' },
    };
  }
  return {
    ...head,
    sessionId: 'fake-session-id',
    userIp: 'fake-user-ip',
    userId: 'fake-id',
    user: {
      id: 'fake-id',
      username: 'fake-user',
      primaryEmail: 'fake-user@fake-service.com',
      primaryPhone: '1234567890',
      name: 'Fake User',
      avatar: 'https://fake-service.com/avatars/fake.png',
      customData: { theme: 'light' },
      identities: { google: { userId: 'fake-google-user-id' } },
      lastSignInAt: options.nowMs,
      createdAt: options.nowMs,
      updatedAt: options.nowMs,
      profile: {},
      applicationId: 'fake-application-id',
      isSuspended: false,
    },
    application: {
      id: 'fake-application-id',
      type: 'SPA',
      name: 'Fake Application',
      description: 'Fake application data for testing',
    },
  };
}
