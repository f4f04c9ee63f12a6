/** The tab of who changed what. */
export const history = {
  title: 'History',
  lead: 'Every change of this webhook, newest first. Secrets are never shown here.',
  types: {
    Created: 'Created',
    Renamed: 'Renamed',
    EventsChanged: 'Events changed',
    EndpointChanged: 'Endpoint changed',
    HeadersChanged: 'Headers changed',
    DeliveryPolicyChanged: 'Delivery changed',
    SigningKeyRotated: 'Signing key regenerated',
    Enabled: 'Enabled',
    Disabled: 'Disabled',
    Deleted: 'Deleted',
  } as Readonly<Record<string, string>>,
  actors: {
    'api-key': (id: string) => `API key ${id}`,
    user: (id: string) => id,
    receiver: () => 'The endpoint itself',
    system: () => 'Signalbox',
  },
  version: (version: number) => `Version ${version}`,
  field: 'Field',
  from: 'Before',
  to: 'After',
  nothing: 'none',
};
