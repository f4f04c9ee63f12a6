import { useQuery } from '@tanstack/react-query';
import { BookOpen, LogOut, Monitor, Moon, Sun, User } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { hasUnsavedWork } from '../session/unsaved-work.ts';
import { callerQuery } from '../session/use-caller.ts';
import { useSignOut } from '../session/use-sign-out.ts';
import { useTexts } from '../texts/use-texts.ts';
import { chooseTheme, chosenTheme, THEMES, type Theme } from '../theme/theme.ts';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { Menu } from '../ui/menu.tsx';
import { LanguageMenu } from './language-menu.tsx';

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** Who is signed in, how the page looks, the way out. */
export function AccountMenu(): ReactNode {
  const texts = useTexts();
  const { data: caller } = useQuery(callerQuery);
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const signOut = useSignOut();
  const [isAsking, setIsAsking] = useState(false);
  const ThemeIcon = THEME_ICONS[theme];
  const choose = (chosen: Theme): void => {
    chooseTheme(chosen);
    setTheme(chosen);
  };
  const themes = THEMES.map((each) => {
    const Icon = THEME_ICONS[each];
    return {
      id: each,
      label: texts.layout.themes[each],
      icon: <Icon size={16} aria-hidden />,
      onSelect: () => choose(each),
    };
  });
  return (
    <div className="row">
      {caller !== undefined && (
        <span className="shell__caller soft small cut" title={`${texts.session.actor} ${caller.actor}`}>
          {caller.tenantId}
        </span>
      )}
      <LanguageMenu />
      <Menu label={texts.layout.theme} icon={<ThemeIcon size={18} aria-hidden />} entries={themes} />
      <Menu
        label={texts.session.account}
        icon={<User size={18} aria-hidden />}
        entries={[
          {
            id: 'docs',
            label: texts.layout.apiDocs,
            icon: <BookOpen size={16} aria-hidden />,
            onSelect: () => void window.open('/docs', '_blank', 'noopener'),
          },
          {
            id: 'sign-out',
            label: texts.session.signOut,
            icon: <LogOut size={16} aria-hidden />,
            onSelect: () => (hasUnsavedWork() ? setIsAsking(true) : signOut()),
          },
        ]}
      />
      <ConfirmDialog
        title={texts.session.signOutTitle}
        description={texts.session.signOutText}
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        confirmLabel={texts.session.signOut}
        confirmKind="danger"
        onConfirm={signOut}
      />
    </div>
  );
}
