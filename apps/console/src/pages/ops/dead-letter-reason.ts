/** In words where it is known, else as the server calls it. */
export function deadLetterReason(reason: string, texts: Readonly<Record<string, string>>): string {
  return texts[reason] ?? reason;
}
