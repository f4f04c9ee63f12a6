import { keepChoice, keptChoice } from '../device-choice.ts';
import { en } from './en/en.ts';
import { LANGUAGES, type Language, type Texts } from './texts.ts';

const KEY = 'signalbox.language';

/** What the person chose on this device, else the first language of the browser that there is. */
export function chosenLanguage(): Language {
  return [keptChoice(KEY), ...navigator.languages].map(knownLanguage).find((known) => known !== undefined) ?? 'en';
}

export const keepLanguage = (language: Language): void => keepChoice(KEY, language);

/**
 * English is part of the first load, the others come when they are asked for.
 * @throws where they cannot be loaded
 */
export async function loadTexts(language: Language): Promise<Texts> {
  if (language === 'en') return en;
  return (await import('./de/de.ts')).de;
}

/** `tag`: such as `de-AT` (RFC 5646). */
function knownLanguage(tag: string | null): Language | undefined {
  return LANGUAGES.find((language) => language === tag?.split('-')[0]?.toLowerCase());
}
