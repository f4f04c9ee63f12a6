import { useEffect, useEffectEvent, useState } from 'react';

const TYPING_MS = 250;

/** The text of a search field: shown at once as it is typed, and told, without spaces around it, when the person pauses. */
export function useTypedText(told: string, onTyped: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(told);
  const [lastTold, setLastTold] = useState(told);
  if (told !== lastTold) {
    setLastTold(told);
    // What was told comes back without the space that a next word may follow.
    if (text.trim() !== told) setText(told);
  }
  const tell = useEffectEvent(onTyped);
  useEffect(() => {
    if (text.trim() === told) return undefined;
    const timer = setTimeout(() => tell(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, told]);
  return [text, setText];
}
