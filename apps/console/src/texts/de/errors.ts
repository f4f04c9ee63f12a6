import type { Texts } from '../texts.ts';

export const errors: Texts['errors'] = {
  offline: {
    title: 'Die API ist nicht erreichbar.',
    advice: 'Prüfen Sie Ihre Verbindung und versuchen Sie es erneut; was Sie eingegeben haben, bleibt hier.',
  },
  unanswered: {
    title: 'Es kam keine Antwort.',
    advice:
      'Ob es getan wurde, ist nicht bekannt: Sehen Sie nach, bevor Sie es erneut versuchen. Was Sie eingegeben haben, bleibt hier.',
  },
  unansweredOnce: {
    title: 'Es kam keine Antwort.',
    advice:
      'Ob es getan wurde, ist nicht bekannt. Versuchen Sie es erneut: Es wird einmal getan, wie oft es auch gesendet wird.',
  },
  unauthorized: { title: 'Sie sind nicht mehr angemeldet.', advice: 'Melden Sie sich erneut an, um weiterzumachen.' },
  forbidden: {
    title: 'Ihre Berechtigung erlaubt das nicht.',
    advice: (message: string) => `${message}. Bitten Sie, wer sie Ihnen gab, um eine mit diesem Scope.`,
  },
  notFound: {
    title: 'Das gibt es nicht.',
    advice: 'Es wurde vielleicht inzwischen gelöscht, oder die Adresse ist falsch.',
  },
  conflict: { title: 'Das geht gerade nicht.' },
  changedMeanwhile: {
    title: 'Jemand anderes hat das inzwischen geändert.',
    advice: 'Sehen Sie sich die Änderungen an und entscheiden Sie, welche Werte gelten sollen.',
  },
  invalid: { title: 'Die API hat das nicht angenommen.' },
  rateLimited: {
    title: 'Zu viele Aufrufe in kurzer Zeit.',
    advice: (seconds: number) => `Versuchen Sie es in ${seconds} s erneut.`,
  },
  unavailable: {
    title: 'Ein Teil von Signalbox ist gerade nicht da.',
    advice: (message: string) => `${message}. Er ist meist in Sekunden zurück; Zustellungen laufen unterdessen weiter.`,
  },
  secretsUnreadable: {
    title: 'Die Geheimnisse dieses Webhooks lassen sich nicht öffnen.',
    advice:
      'Sein Signaturschlüssel und seine Header wurden mit einem Schlüssel versiegelt, den Signalbox gerade nicht hat. Damit nichts davon verloren geht, werden seine Einstellungen nicht gezeigt und nicht gespeichert, bis dieser Schlüssel wieder im Schlüsselbund ist. Unsigniert wird ihm nichts gesendet.',
  },
  unexpected: {
    title: 'Die API hat anderes geantwortet, als gefragt war.',
    advice:
      'Sie ist vielleicht von einer anderen Version als diese Seite. Sehen Sie nach, was getan wurde, und laden Sie die Seite neu.',
  },
  answered: (status: number) => `Die Antwort war ${status}`,
  internal: {
    title: 'In Signalbox ist etwas fehlgeschlagen.',
    advice: 'Versuchen Sie es erneut. Bleibt es dabei, nennt das Log von config-service die Ursache.',
  },
  unknown: {
    title: 'Auf dieser Seite ist etwas fehlgeschlagen.',
    advice: (message: string) => `Laden Sie die Seite neu. (${message})`,
  },
};
