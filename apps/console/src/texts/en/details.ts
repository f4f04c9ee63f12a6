/** The head of a webhook's page, and what is done with it there. */
export const details = {
  back: 'All webhooks',
  id: 'Id',
  tabs: { settings: 'Settings', test: 'Test', history: 'History' },
  tabsLabel: 'Of this webhook',
  menu: 'More actions',
  disable: 'Disable',
  disableTitle: (name: string) => `Disable “${name}”?`,
  disableText:
    'Nothing more is sent. Events that happen until it is enabled again are not kept for it and are not sent later. What already waits for another attempt is not sent either.',
  enable: 'Enable again',
  enableTitle: (name: string) => `Enable “${name}” again?`,
  enableText: 'Events are sent from now on. Those that happened while it was disabled are not.',
  disabled: (name: string) => `Disabled: ${name}`,
  enabled: (name: string) => `Enabled: ${name}`,
  isDisabled: 'This webhook is disabled. It is sent nothing.',
  delete: 'Delete',
  deleteTitle: (name: string) => `Delete “${name}”?`,
  deleteText:
    'It is gone for good with its signing keys. What it was sent stays readable in the log until its time is over.',
  deleteType: (name: string) => `Type “${name}” to confirm`,
  deleteMismatch: 'This is not the name.',
  deleted: (name: string) => `Deleted: ${name}`,
  notLoadedTitle: 'Webhook',
  notFoundTitle: 'This webhook is not there',
  notFoundText: 'It was deleted, or it belongs to another tenant.',
};
