import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './theme/base.css';
import { firstSpoken } from './texts/speech-provider.tsx';
import { chosenTheme, showTheme } from './theme/theme.ts';
import { allowEmptyHtml } from './trusted-types.ts';

allowEmptyHtml();
showTheme(chosenTheme());
const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no element #root');
createRoot(place).render(
  <StrictMode>
    <App firstSpoken={await firstSpoken()} />
  </StrictMode>,
);
