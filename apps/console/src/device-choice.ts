/** What the person chose on this device under `key`; null where nothing was, or where storage is closed to the page. */
export function keptChoice(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** For the next page loads too; where storage is closed to the page, the choice holds for this one. */
export function keepChoice(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing more can be done, and nothing is lost that matters.
  }
}
