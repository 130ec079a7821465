import './no-eval.ts';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/popovers.css';
import './styles/dialogs.css';
import { connect } from '@quire/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { takePageToken } from './client/page-token.ts';
import { registerServiceWorker } from './offline/register-worker.ts';
import { openStorage } from './settings/setting.ts';

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no #root');

const token = takePageToken({ location, history, storage: openStorage('sessionStorage') });
createRoot(root).render(
  <StrictMode>
    <App client={connect({ token })} token={token} />
  </StrictMode>,
);
registerServiceWorker();
