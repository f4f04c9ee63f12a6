/** What went wrong and what to do. The server's own sentence follows where it says more. */
export const errors = {
  offline: {
    title: 'The API cannot be reached.',
    advice: 'Check your connection and try again; what you entered stays here.',
  },
  unanswered: {
    title: 'No answer came back.',
    advice: 'It is not known whether it was done: look before you try again. What you entered stays here.',
  },
  unansweredOnce: {
    title: 'No answer came back.',
    advice: 'It is not known whether it was done. Try again: it is done once, however often it is sent.',
  },
  unauthorized: { title: 'You are no longer signed in.', advice: 'Sign in again to go on.' },
  forbidden: {
    title: 'Your credential does not allow this.',
    advice: (message: string) => `${message}. Ask whoever gave it to you for one with this scope.`,
  },
  notFound: {
    title: 'This is not there.',
    advice: 'It may have been deleted meanwhile, or the address is wrong.',
  },
  conflict: { title: 'This cannot be done now.' },
  changedMeanwhile: {
    title: 'Somebody else changed this meanwhile.',
    advice: 'Look at what changed, and decide which values are to be kept.',
  },
  invalid: { title: 'The API did not take this.' },
  rateLimited: {
    title: 'Too many calls in a short time.',
    advice: (seconds: number) => `Try again in ${seconds} s.`,
  },
  unavailable: {
    title: 'A part of Signalbox is away for the moment.',
    advice: (message: string) => `${message}. It is usually back within seconds; deliveries go on meanwhile.`,
  },
  secretsUnreadable: {
    title: 'The secrets of this webhook cannot be opened.',
    advice:
      'Its signing key and headers were sealed with a key that Signalbox does not have now. So that none of them is lost, its settings are not shown and cannot be saved until an operator has given that key back to the keyring. Nothing is sent to it unsigned.',
  },
  unexpected: {
    title: 'The API answered something else than was asked.',
    advice: 'It may be of another version than this page. Look at what was done, and reload the page.',
  },
  /** In place of a sentence of the API, as where a proxy answered for it. */
  answered: (status: number) => `The answer was ${status}`,
  internal: {
    title: 'Something failed inside Signalbox.',
    advice: 'Try again. If it stays, the log of config-service names the cause.',
  },
  unknown: {
    title: 'Something failed on this page.',
    advice: (message: string) => `Reload the page. (${message})`,
  },
};
