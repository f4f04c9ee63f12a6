import { useEffect, useState, type ReactNode } from 'react';
import { toast } from '../ui/toast.ts';
import { en } from './en/en.ts';
import { chosenLanguage, keepLanguage, loadTexts } from './language.ts';
import type { Language, Texts } from './texts.ts';
import { SpeechContext, type Speech } from './use-texts.ts';

export type Spoken = Pick<Speech, 'language' | 'texts'>;

/** What the page says first. Whoever's language cannot be loaded is spoken to in English. */
export async function firstSpoken(): Promise<Spoken> {
  const language = chosenLanguage();
  return loadTexts(language).then(
    (texts) => ({ language, texts }),
    () => ({ language: 'en', texts: en }),
  );
}

export function SpeechProvider({
  first,
  children,
}: {
  readonly first: Spoken;
  readonly children: ReactNode;
}): ReactNode {
  const [spoken, setSpoken] = useState(first);
  useEffect(() => {
    document.documentElement.lang = spoken.language;
  }, [spoken.language]);
  const change = (language: Language, texts: Texts): void => {
    keepLanguage(language);
    setSpoken({ language, texts });
  };
  const speak = (language: Language): void => {
    void loadTexts(language).then(
      (texts) => change(language, texts),
      () => toast({ tone: 'bad', text: spoken.texts.errors.offline.title }),
    );
  };
  return <SpeechContext value={{ ...spoken, speak }}>{children}</SpeechContext>;
}
