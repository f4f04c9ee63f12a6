import type { Texts } from '../texts.ts';

export const history: Texts['history'] = {
  title: 'Verlauf',
  lead: 'Jede Änderung dieses Webhooks, die neueste zuerst. Geheimnisse werden hier nie gezeigt.',
  types: {
    Created: 'Erstellt',
    Renamed: 'Umbenannt',
    EventsChanged: 'Ereignisse geändert',
    EndpointChanged: 'Endpunkt geändert',
    HeadersChanged: 'Header geändert',
    DeliveryPolicyChanged: 'Zustellung geändert',
    SigningKeyRotated: 'Signaturschlüssel erneuert',
    Enabled: 'Aktiviert',
    Disabled: 'Deaktiviert',
    Deleted: 'Gelöscht',
  },
  actors: {
    'api-key': (id: string) => `API-Schlüssel ${id}`,
    user: (id: string) => id,
    receiver: () => 'Der Endpunkt selbst',
    system: () => 'Signalbox',
  },
  version: (version: number) => `Version ${version}`,
  field: 'Feld',
  from: 'Vorher',
  to: 'Nachher',
  nothing: 'nichts',
};
