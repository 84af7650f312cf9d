import {html} from 'htm/preact';
import {render} from 'preact';
import {App} from './app.js';

const setup = JSON.parse(document.getElementById('setup').textContent);
render(html`<${App} setup=${setup} />`, document.getElementById('app'));
