import {html} from 'htm/preact';

const VIEWS = ['calls', 'site', 'records'];

/** Name of the site, the three views, and who is there. */
export function Head({board, view, onView}) {
  const {words, picture, session, setup, language} = board;
  const {page} = words;
  const count = picture?.calls?.calls.length ?? 0;
  const titles = {calls: page.calls, site: page.siteView, records: page.records};
  const other = Object.keys(setup.words).find(name => name !== language);
  return html`<header>
    <h1>${picture?.site.name ?? 'Latchkey'}</h1>
    <nav aria-label=${page.views}>
      ${VIEWS.map(
        name => html`<button type="button" key=${name} aria-current=${view === name ? 'page' : undefined}
          onClick=${() => onView(name)}>
          ${titles[name]}${name === 'calls' && count > 0 ? html` <b class="count">${count}</b>` : ''}
        </button>`,
      )}
    </nav>
    <div class="tools">
      ${
        setup.hasLogIn &&
        (session.person
          ? html`<${Person} board=${board} />`
          : html`
        <button type="button" class="main" onClick=${() => onView('login')}>${page.logIn}</button>`)
      }
      <button type="button" lang=${other} onClick=${() => board.speak(other)}>
        ${other === 'en' ? 'English' : '中文'}
      </button>
    </div>
  </header>`;
}

function Person({board}) {
  const {words, session} = board;
  return html`<span class="person"><b>${session.name}</b> ${words.roles[session.role]}</span>
    <button type="button" onClick=${board.logOut}>${words.page.logOut}</button>`;
}
