import type { Texts } from '../texts.ts';

export const test: Texts['test'] = {
  title: 'Testnachricht senden',
  lead: 'Ein Beispiel für jedes gewählte Ereignis, signiert mit dem Schlüssel dieses Webhooks, an URL und Header, wie sie in den Einstellungen stehen: gespeichert oder nicht. Es wird nicht wiederholt und steht nicht im Protokoll der Anfragen.',
  unsaved: 'Gesendet wird mit Ihren ungespeicherten Änderungen.',
  to: 'An',
  events: 'Ereignisse',
  all: 'Alle Ereignisse dieses Webhooks',
  send: (count: number) => (count === 1 ? '1 Testnachricht senden' : `${count} Testnachrichten senden`),
  none: 'Wählen Sie mindestens ein Ereignis.',
  resultsTitle: 'Was zurückkam',
  passed: (ok: number, all: number) => `${ok} von ${all} wurden mit 2xx beantwortet`,
  ok: 'Beantwortet',
  failed: 'Fehlgeschlagen',
  duration: (ms: string) => `${ms} ms`,
  answer: 'Antwort',
  emptyAnswer: 'Die Antwort hat keinen Inhalt.',
  headers: 'Gesendete Header',
  body: 'Gesendeter Inhalt',
  signature: 'Signatur',
  show: (event: string) => `Einzelheiten zu ${event}`,
  status: 'Status',
  advice: {
    dns: 'Der Host der URL ist nicht bekannt. Prüfen Sie die Schreibweise; ein neuer Name ist manchmal erst nach einer Weile überall bekannt.',
    connect:
      'Nichts hat die Verbindung angenommen. Läuft Ihr Dienst, und lässt seine Firewall ihn auf diesem Port erreichen?',
    tls: 'Die gesicherte Verbindung ist gescheitert. Das Zertifikat ist vielleicht abgelaufen, gilt für einen anderen Namen, oder seine Zwischenzertifikate fehlen.',
    timeout:
      'Ihr Dienst hat nicht rechtzeitig geantwortet. Antworten Sie zuerst (mit 2xx) und arbeiten Sie danach, oder erhöhen Sie das Zeitlimit.',
    reset:
      'Die Verbindung wurde geschlossen, bevor eine Antwort kam. Wahrscheinlich war es ein Proxy vor Ihrem Dienst oder ein Absturz.',
    protocol: 'Was zurückkam, ist keine HTTP-Antwort. Ist der Port der eines Webservers?',
    refused: 'Die URL ist nicht erlaubt: Sie führt zu einer inneren Adresse. Verwenden Sie eine öffentliche.',
    redirect:
      'Ihr Dienst hat mit einer Umleitung geantwortet, und Umleitungen wird nicht gefolgt. Geben Sie die Adresse ein, zu der sie führt.',
    unauthorized: 'Ihr Dienst verlangt eine Berechtigung. Tragen Sie den nötigen Header unter „Eigene Header“ ein.',
    notFound: 'Ihr Dienst hat unter diesem Pfad nichts. Prüfen Sie den Pfad der URL.',
    method: 'Ihr Dienst nimmt hier kein POST an.',
    client: 'Ihr Dienst hat die Anfrage nicht angenommen. Seine Antwort unten sagt vielleicht, warum.',
    server: 'Ihr Dienst ist bei der Bearbeitung gescheitert. Sein eigenes Log sagt, warum.',
    other: 'Es kam keine Antwort.',
  },
};
