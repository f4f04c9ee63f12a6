import { createContext, use } from 'react';
import { en } from './en/en.ts';
import type { Language, Texts } from './texts.ts';

export interface Speech {
  readonly language: Language;
  readonly texts: Texts;
  /** Says everything in another language from now on, on this device. */
  readonly speak: (language: Language) => void;
}

export const SpeechContext = createContext<Speech>({ language: 'en', texts: en, speak: () => undefined });

export function useTexts(): Texts {
  return use(SpeechContext).texts;
}

/** For `Intl`: numbers and times are written as this language does. */
export function useLanguage(): Language {
  return use(SpeechContext).language;
}
