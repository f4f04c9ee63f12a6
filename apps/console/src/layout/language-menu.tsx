import { Languages } from 'lucide-react';
import { use, type ReactNode } from 'react';
import { LANGUAGE_NAMES, LANGUAGES } from '../texts/texts.ts';
import { SpeechContext } from '../texts/use-texts.ts';
import { Menu } from '../ui/menu.tsx';

/** What the page speaks; where nothing was chosen, the language of the browser. */
export function LanguageMenu(): ReactNode {
  const { texts, speak } = use(SpeechContext);
  const entries = LANGUAGES.map((language) => ({
    id: language,
    label: LANGUAGE_NAMES[language],
    onSelect: () => speak(language),
  }));
  return <Menu label={texts.layout.language} icon={<Languages size={18} aria-hidden />} entries={entries} />;
}
