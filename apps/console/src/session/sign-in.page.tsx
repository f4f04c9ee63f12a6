import type { ReactNode } from 'react';
import { LanguageMenu } from '../layout/language-menu.tsx';
import { usePageTitle } from '../layout/page.tsx';
import { useTexts } from '../texts/use-texts.ts';
import { SignInChoices } from './sign-in-choices.tsx';
import './sign-in.css';

export function SignInPage(): ReactNode {
  const { session } = useTexts();
  usePageTitle(session.signIn);
  return (
    <main className="sign-in">
      <div className="sign-in__box">
        <div className="row">
          <img src="/favicon.svg" alt="" width={44} height={44} />
          <span className="push">
            <LanguageMenu />
          </span>
        </div>
        <div>
          <h1>{session.title}</h1>
          <p className="soft">{session.lead}</p>
        </div>
        <SignInChoices goesByItself />
      </div>
    </main>
  );
}
