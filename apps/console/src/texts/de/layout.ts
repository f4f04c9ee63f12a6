import type { Texts } from '../texts.ts';

export const layout: Texts['layout'] = {
  skip: 'Zum Inhalt springen',
  navigation: 'Hauptmenü',
  webhooks: 'Webhooks',
  operations: 'Betrieb',
  apiKeys: 'API-Schlüssel',
  theme: 'Darstellung',
  themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
  language: 'Sprache',
  apiDocs: 'API-Referenz',
  notFoundTitle: 'Hier ist keine Seite',
  notFoundText: 'Die Adresse ist vielleicht vertippt oder von einer älteren Version der Konsole.',
  toWebhooks: 'Zu den Webhooks',
  noScopeTitle: 'Das dürfen Sie nicht sehen',
  noScopeText: (scope: string) => `Ihrer Berechtigung fehlt der Scope ${scope}.`,
};
