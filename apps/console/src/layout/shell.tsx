import { Link, Outlet } from '@tanstack/react-router';
import { Activity, KeyRound, Webhook } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMay } from '../session/use-caller.ts';
import { useTexts } from '../texts/use-texts.ts';
import { AccountMenu } from './account-menu.tsx';
import { Brand } from './brand.tsx';
import './shell.css';

const ACTIVE = { className: 'nav__link nav__link--active' };

/** What stands around every page. */
export function Shell(): ReactNode {
  const { layout } = useTexts();
  const mayRead = useMay('webhooks:read');
  const mayOperate = useMay('ops:read');
  return (
    <div className="shell">
      <a className="shell__skip" href="#content">
        {layout.skip}
      </a>
      <header className="shell__top">
        <Brand />
        <AccountMenu />
      </header>
      <nav className="nav" aria-label={layout.navigation}>
        {mayRead && (
          <Link to="/webhooks" className="nav__link" activeProps={ACTIVE}>
            <Webhook size={18} aria-hidden />
            {layout.webhooks}
          </Link>
        )}
        {mayOperate && (
          <Link to="/operations" className="nav__link" activeProps={ACTIVE}>
            <Activity size={18} aria-hidden />
            {layout.operations}
          </Link>
        )}
        {mayOperate && (
          <Link to="/api-keys" className="nav__link" activeProps={ACTIVE}>
            <KeyRound size={18} aria-hidden />
            {layout.apiKeys}
          </Link>
        )}
      </nav>
      <main className="shell__content" id="content" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
