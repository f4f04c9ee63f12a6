/** A text as it is best read: JSON with its lines and indentation, anything else as it came. */
export function prettyText(text: string): { readonly text: string; readonly isJson: boolean } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? { text: JSON.stringify(value, null, 2), isJson: true }
      : { text, isJson: false };
  } catch {
    return { text, isJson: false };
  }
}
