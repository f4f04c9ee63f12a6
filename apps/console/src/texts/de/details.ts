import type { Texts } from '../texts.ts';

export const details: Texts['details'] = {
  back: 'Alle Webhooks',
  id: 'Id',
  tabs: { settings: 'Einstellungen', test: 'Test', history: 'Verlauf' },
  tabsLabel: 'Zu diesem Webhook',
  menu: 'Weitere Aktionen',
  disable: 'Deaktivieren',
  disableTitle: (name: string) => `„${name}“ deaktivieren?`,
  disableText:
    'Es wird nichts mehr gesendet. Ereignisse, die bis zum erneuten Aktivieren geschehen, werden für ihn nicht aufgehoben und auch später nicht gesendet. Was schon auf einen weiteren Versuch wartet, wird ebenfalls nicht gesendet.',
  enable: 'Wieder aktivieren',
  enableTitle: (name: string) => `„${name}“ wieder aktivieren?`,
  enableText: 'Ereignisse werden ab jetzt gesendet. Die aus der Zwischenzeit werden es nicht.',
  disabled: (name: string) => `Deaktiviert: ${name}`,
  enabled: (name: string) => `Aktiviert: ${name}`,
  isDisabled: 'Dieser Webhook ist deaktiviert. Ihm wird nichts gesendet.',
  delete: 'Löschen',
  deleteTitle: (name: string) => `„${name}“ löschen?`,
  deleteText:
    'Er ist mit seinen Signaturschlüsseln endgültig weg. Was ihm gesendet wurde, bleibt im Protokoll lesbar, bis dessen Frist um ist.',
  deleteType: (name: string) => `Tippen Sie zur Bestätigung „${name}“`,
  deleteMismatch: 'Das ist nicht der Name.',
  deleted: (name: string) => `Gelöscht: ${name}`,
  notLoadedTitle: 'Webhook',
  notFoundTitle: 'Diesen Webhook gibt es nicht',
  notFoundText: 'Er wurde gelöscht oder gehört einem anderen Mandanten.',
};
