import {html} from 'htm/preact';
import {render} from 'preact';
import {AppRoot} from './app.js';
import {query} from './platform.js';

const root = document.querySelector('#app');
const {tenant = ''} = document.documentElement.dataset;
if (root) {
  root.textContent = '';
  const kiosk = query().get('kiosk') ?? undefined;
  render(html`<${AppRoot} tenant=${query().get('tenant') ?? tenant} kiosk=${kiosk} />`, root);
}
