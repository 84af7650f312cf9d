import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {ask} from './ask.js';

const PATHS = {pin: '/api/session', card: '/api/session', first: '/api/session/pin'};

/** Log-in by PIN, by a card that a reader types, or the first time with a code. */
export function LogIn({board, onView}) {
  const {words, session} = board;
  const {page} = words;
  const [way, setWay] = useState(session.isUnset ? 'first' : 'pin');
  const [trouble, setTrouble] = useState('');
  const submit = async event => {
    event.preventDefault();
    const form = event.currentTarget;
    const body = Object.fromEntries(new FormData(form));
    if (way === 'first' && body.pin !== body.again) return setTrouble(page.pinsDiffer);
    delete body.again;
    const {ok, status, json} = await ask('POST', PATHS[way], {body});
    form.reset();
    if (ok) {
      board.loggedIn(json);
      onView('calls');
      return undefined;
    }
    if (status === 429) return setTrouble(`${page.lockedOut} (${json.error.expected})`);
    return setTrouble(status === 0 ? page.disconnected : page.wrongLogIn);
  };
  const titles = {pin: page.byPin, card: page.byCard, first: page.firstPin};
  return html`<section class="login" aria-labelledby="login-title">
    <h2 id="login-title">${page.logIn}</h2>
    <div class="tools">${Object.keys(PATHS).map(
      name => html`<button type="button" key=${name} aria-pressed=${way === name}
        onClick=${() => setWay(name)}>${titles[name]}</button>`,
    )}</div>
    <form key=${way} class="form" onSubmit=${submit} autocomplete="off">
      ${way !== 'card' && html`<${Who} board=${board} />`}
      ${
        way === 'card' &&
        html`<p>${page.cardHint}</p>
        <${Secret} label=${page.card} name="card" mode="text" pattern="[0-9A-Za-z]{4,32}" />`
      }
      ${
        way === 'first' &&
        html`<p>${page.firstPinHint} <code>latchkey staff code</code></p>
        <${Secret} label=${page.code} name="code" pattern="[0-9]{8}" />`
      }
      ${
        way !== 'card' &&
        html`<${Secret} label=${way === 'first' ? page.newPin : page.pin} name="pin"
        pattern="[0-9]{6,12}" />`
      }
      ${way === 'first' && html`<${Secret} label=${page.pinAgain} name="again" pattern="[0-9]{6,12}" />`}
      <p role="alert" class=${trouble ? 'trouble' : 'silent'}>${trouble}</p>
      <div class="tools">
        <button class="main" type="submit">${page.logIn}</button>
        <button type="button" onClick=${() => onView('calls')}>${page.cancel}</button>
      </div>
    </form>
  </section>`;
}

function Who({board}) {
  const {words, setup} = board;
  return html`<label>${words.page.person}
    <select name="person" required>
      ${setup.staff.map(({id, name}) => html`<option key=${id} value=${id}>${name}</option>`)}
    </select>
  </label>`;
}

function Secret({label, name, pattern, mode = 'numeric'}) {
  return html`<label>${label}
    <input type="password" name=${name} inputmode=${mode} pattern=${pattern} autocomplete="off" required />
  </label>`;
}
