import type { Texts } from '../texts.ts';

export const session: Texts['session'] = {
  title: 'Bei Signalbox anmelden',
  lead: 'Webhooks, was ihnen gesendet wurde und wie es ihnen geht.',
  apiKey: 'API-Schlüssel',
  apiKeyHint: 'Er bleibt im Speicher dieser Seite: Nach dem Neuladen wird wieder danach gefragt.',
  apiKeyMissing: 'Geben Sie einen API-Schlüssel ein; er beginnt mit sbk_ oder ist der, den npm start ausgibt.',
  apiKeyRefused: 'Dieser Schlüssel gilt nicht: Er wurde vertippt, widerrufen oder ist abgelaufen.',
  signIn: 'Anmelden',
  signInAt: (host: string) => `Bei ${host} anmelden`,
  or: 'oder',
  signOut: 'Abmelden',
  signOutTitle: 'Abmelden, ohne zu speichern?',
  signOutText: 'Ihre Änderungen an diesem Webhook sind nicht gespeichert und mit dem Abmelden verloren.',
  ended: 'Ihre Sitzung ist beendet',
  endedLead:
    'Die API nimmt Ihre Berechtigung nicht mehr an. Melden Sie sich erneut an; was Sie eingegeben haben, ist noch da.',
  returning: 'Sie werden angemeldet…',
  oidcUnreachable:
    'Der Aussteller ist nicht erreichbar oder nicht für diese Konsole eingerichtet. Versuchen Sie es erneut, oder melden Sie sich mit einem API-Schlüssel an.',
  issuerLeaves: 'Damit verlassen Sie die Seite und was nicht gespeichert ist. Mit einem API-Schlüssel bleibt es.',
  oidcFailed: 'Die Anmeldung ist nicht gelungen.',
  oidcRefused:
    'Der Aussteller kennt Sie, aber die API nimmt sein Token nicht an. Wer Signalbox betreibt, kann Aussteller, Audience und Mandant vergleichen, die die API erwartet.',
  oidcDenied: (said: string) => `Der Aussteller hat abgelehnt. (${said})`,
  oidcNotBegun:
    'Sie hat nicht in diesem Tab begonnen oder war schon beendet. Beginnen Sie noch einmal auf der Seite zum Anmelden.',
  oidcNoIssuer:
    'Dieses Signalbox hat keinen Aussteller, bei dem man sich anmelden kann. Nehmen Sie einen API-Schlüssel.',
  oidcBroken: (said: string) =>
    `Was der Aussteller zurückgab, ist nicht, was erwartet war, oder er ist nicht erreichbar. Beginnen Sie noch einmal auf der Seite zum Anmelden. (${said})`,
  oidcAgain: 'Zurück zur Anmeldung',
  account: 'Konto',
  tenant: 'Mandant',
  actor: 'Angemeldet als',
  scopes: 'Scopes',
};
