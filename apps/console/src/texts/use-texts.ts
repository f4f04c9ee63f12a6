import { createContext, use } from 'react';
import { en } from './en/en.ts';
import type { Language, Texts } from './texts.ts';

export interface Speech {
  readonly language: Language;
  readonly texts: Texts;
}

export const SpeechContext = createContext<Speech>({ language: 'en', texts: en });

export function useTexts(): Texts {
  return use(SpeechContext).texts;
}

/** For `Intl`: numbers and times are written as this language does. */
export function useLanguage(): Language {
  return use(SpeechContext).language;
}
