import {html} from 'htm/preact';
import {useEffect, useState} from 'preact/hooks';
import {Banners} from './banners.js';
import {useBoard} from './board-state.js';
import {CallsView} from './calls-view.js';
import {Head} from './head.js';
import {LogIn} from './log-in.js';
import {Lost} from './lost.js';
import {ReasonDialog} from './reason-dialog.js';
import {RecordsView} from './records-view.js';
import {SiteView} from './site-view.js';
import {StartWatch} from './start-watch.js';

const VIEWS = {calls: CallsView, site: SiteView, records: RecordsView, login: LogIn};

/** The whole board. Calls are what it opens with, and whoever comes next finds them again. */
export function App({setup}) {
  const board = useBoard(setup);
  const {picture, words, dialog, notice, isLost} = board;
  const [view, setView] = useState('calls');
  const open = picture?.calls?.calls.length ?? 0;
  useEffect(() => {
    const name = picture?.site.name ?? 'Latchkey';
    document.title = `${open > 0 ? `(${open}) ` : ''}${name} · ${words.page.title}`;
  }, [open, picture?.site.name, words]);
  const View = VIEWS[view];
  return html`
    <${Head} board=${board} view=${view} onView=${setView} />
    <${Banners} board=${board} />
    <main>
      ${
        picture
          ? html`<${View} board=${board} onView=${setView} />`
          : html`<p role="status">${words.page.loading}</p>`
      }
    </main>
    ${
      picture &&
      html`<footer>Latchkey ${picture.site.version} · ${picture.site.id} · ${board.station}
      <p class="claim">${words.page.noClaim}</p></footer>`
    }
    ${!isLost && view !== 'login' && html`<${StartWatch} board=${board} />`}
    ${dialog && html`<${ReasonDialog} key=${dialog.title} board=${board} ...${dialog} />`}
    <p role="status" class=${notice ? 'notice' : 'silent'}>
      ${
        notice &&
        html`${notice} <button type="button" onClick=${() => board.setNotice(undefined)}>
        ${words.page.understood}</button>`
      }
    </p>
    ${isLost && html`<${Lost} board=${board} />`}
  `;
}
