import {html} from 'htm/preact';
import {useApp} from '../app-context.js';
import {LANGUAGES, type Language} from '../language.js';
import type {View} from '../parts.js';
import {addressOf, type Route} from '../route.js';
import type {Words} from '../words/en.js';
import {Account} from './account.js';
import {Agreement} from './agreement.js';
import {AskLease} from './ask-lease.js';
import {Bath} from './bath.js';
import {Book} from './book.js';
import {Booking} from './booking.js';
import {Lease} from './lease.js';
import {Lend} from './lend.js';
import {Orders} from './orders.js';
import {Place} from './place.js';
import {Places} from './places.js';
import {SignIn} from './sign-in.js';
import {Wallet} from './wallet.js';

interface ShellProps {
  setLanguage(language: Language): void;
}

/** One part of the page. */
interface Part {
  readonly view: (props: {readonly at: readonly string[]; readonly query: Route['query']}) => View;
  /** Anybody may see it. */
  readonly isOpen?: boolean;
}

/** A new view: a file here, a row here, and for the menu a row in `tabsOf`. */
const PARTS: Readonly<Record<string, Part>> = {
  places: {view: Places, isOpen: true},
  place: {view: Place, isOpen: true},
  'sign-in': {view: SignIn, isOpen: true},
  book: {view: Book},
  'ask-lease': {view: AskLease},
  orders: {view: Orders},
  booking: {view: Booking},
  agreement: {view: Agreement},
  lease: {view: Lease},
  bath: {view: Bath},
  wallet: {view: Wallet},
  lend: {view: Lend},
  account: {view: Account},
};

/** Frame around the views: language, menu, what everybody must know. */
export function Shell({setLanguage}: ShellProps): View {
  const {state, words} = useApp();
  const {route, session, isOnline} = state;
  const [name = 'places', ...at] = route.path;
  const part = Object.hasOwn(PARTS, name) ? PARTS[name] : PARTS.places;
  const isShut = part?.isOpen !== true && !session;
  const view = isShut ? SignIn : (part?.view ?? Places);
  return html`<div class="shell">
    <a class="skip" href="#main" onClick=${toMain}>${words.skip}</a>
    <header>
      <a class="brand" href=${addressOf([])}>${words.product}</a>
      <${LanguageChoice} setLanguage=${setLanguage} />
      ${
        session
          ? html`<a class="who" href=${addressOf(['account'])}>${words.nav.account}</a>`
          : html`<a class="who" href=${addressOf(['sign-in'])}>${words.sign.in}</a>`
      }
    </header>
    <${Menu} current=${name} mayPublish=${session?.mayPublish === true} />
    <p role="status" class=${isOnline ? 'silent' : 'offline'}>${!isOnline && words.common.offline}</p>
    <main id="main" tabindex="-1">
      <${view} key=${`${name}/${at.join('/')}/${isShut}`} at=${at} query=${route.query} />
    </main>
  </div>`;
}

function Menu({
  current,
  mayPublish,
}: {
  readonly current: string;
  readonly mayPublish: boolean;
}): View {
  const {words} = useApp();
  return html`<nav aria-label=${words.nav.label}>
    ${tabsOf(words, mayPublish).map(
      ([name, text, within]) => html`<a key=${name} href=${addressOf([name])}
        aria-current=${within.includes(current) ? 'page' : undefined}>
        <${Icon} name=${name} /><span>${text}</span>
      </a>`,
    )}
  </nav>`;
}

/** Name, text, and the views that belong to it. Only lenders are shown how to publish. @see requirements Q1 */
function tabsOf(
  {nav}: Words,
  mayPublish: boolean,
): readonly (readonly [string, string, string[]])[] {
  return [
    ['places', nav.places, ['places', 'place', 'book', 'ask-lease']],
    ['orders', nav.orders, ['orders', 'booking', 'agreement', 'lease']],
    ['bath', nav.bath, ['bath']],
    ['wallet', nav.wallet, ['wallet']],
    ...(mayPublish ? [['lend', nav.lend, ['lend']] as [string, string, string[]]] : []),
  ];
}

const ICONS: Readonly<Record<string, string>> = {
  places:
    'M12 21s7-6.4 7-11.5A7 7 0 0 0 5 9.500C5 14.600 12 21 12 21Zm0-9a2.500 2.500 0 1 1 0-5 2.500 2.500 0 0 1 0 5Z',
  orders: 'M6 3h12v18l-3-2-3 2-3-2-3 2ZM9 8h6M9 12h6',
  bath: 'M12 3s6 6.600 6 11a6 6 0 0 1-12 0c0-4.400 6-11 6-11Z',
  wallet: 'M4 7h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2ZM4 7l10-3v3M16 13.500h.01',
  lend: 'M12 20V6M6 11l6-6 6 6',
};

function Icon({name}: {readonly name: string}): View {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;
}

/** Each language in its own words. */
const OWN_NAMES: Readonly<Record<Language, string>> = {'zh-CN': '中文', en: 'English'};

export function LanguageChoice({setLanguage}: ShellProps): View {
  const {state, words} = useApp();
  return html`<div class="languages" role="group" aria-label=${words.common.language}>
    ${LANGUAGES.map(
      one => html`<button key=${one} type="button" lang=${one} class="quiet"
        aria-pressed=${one === state.language} onClick=${() => setLanguage(one)}>
        ${OWN_NAMES[one]}
      </button>`,
    )}
  </div>`;
}

/** The address is the view's: so the link moves the focus and not the address. */
function toMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}
