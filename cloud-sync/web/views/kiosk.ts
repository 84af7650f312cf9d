import {html} from 'htm/preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {useApp} from '../app-context.js';
import {told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {idleStand, typed} from '../kiosk-idle.js';
import type {Language} from '../language.js';
import {Loaded, Title, Trouble, type View} from '../parts.js';
import {every, forget, wallMs} from '../platform.js';
import {Showers} from './bath.js';
import {Keys} from './keys.js';
import {LanguageChoice} from './shell.js';

interface KioskProps {
  setLanguage(language: Language): void;
}

/** The screen in the lobby: for a person without a phone. It keeps nothing. @see requirements B3 */
export function Kiosk({setLanguage}: KioskProps): View {
  const {state, words} = useApp();
  const {session, isOnline} = state;
  // A new person gets a new page: nothing that the last one typed is left in it.
  const [visit, setVisit] = useState(0);
  const [isBegun, setBegun] = useState(false);
  const wipe = () => {
    forget('');
    setBegun(false);
    setVisit(count => count + 1);
  };
  const wasIn = useRef(false);
  useEffect(() => {
    if (wasIn.current && !session) wipe();
    wasIn.current = session !== undefined;
  }, [session]);
  return html`<div class="kiosk">
    <header>
      <span class="brand">${words.product}</span>
      <${LanguageChoice} setLanguage=${setLanguage} />
    </header>
    <p role="status" class=${isOnline ? 'silent' : 'offline'}>${!isOnline && words.common.offline}</p>
    <main id="main" key=${visit}>
      ${session && html`<${Served} />`}
      ${!session && isBegun && html`<${LobbySignIn} />`}
      ${
        !session &&
        !isBegun &&
        html`<div class="welcome">
        <${Title}>${words.kiosk.title}<//>
        <p class="intro">${words.kiosk.intro}</p>
        <button type="button" class="main big" onClick=${() => setBegun(true)}>${words.kiosk.start}</button>
      </div>`
      }
      ${(session || isBegun) && html`<${Watch} wipe=${wipe} />`}
    </main>
  </div>`;
}

/** Signs out when nobody touches the screen any more. */
function Watch({wipe}: {wipe(): void}): View {
  const {state, signOut, words} = useApp();
  const [stand, setStand] = useState(idleStand(0, 0));
  const touched = useRef(wallMs());
  const isIn = state.session !== undefined;
  useEffect(() => {
    const touch = () => {
      touched.current = wallMs();
      setStand({kind: 'used'});
    };
    const events = ['pointerdown', 'keydown'] as const;
    for (const name of events) addEventListener(name, touch);
    const stop = every(500, () => {
      const now = idleStand(touched.current, wallMs());
      setStand(now);
      if (now.kind !== 'over') return;
      if (isIn) signOut();
      else wipe();
    });
    return () => {
      stop();
      for (const name of events) removeEventListener(name, touch);
    };
  }, [isIn]);
  return html`<div class=${stand.kind === 'asking' ? 'leaving' : 'silent'} role="alert">
    ${
      stand.kind === 'asking' &&
      html`<p>${words.kiosk.leaving(stand.leftS)}</p>
      <button type="button" class="main">${words.kiosk.stay}</button>`
    }
  </div>`;
}

/** With keys on the screen; a keyboard or a scanner that hangs at it works as well. */
function LobbySignIn(): View {
  const {words, tenant, signIn} = useApp();
  const [phone, setPhone] = useState('');
  const [password, setPassword] = useState('');
  const [field, setField] = useState<'phone' | 'password'>('phone');
  const doing = useDoing(
    (client, body: {readonly tenant: string; readonly phone: string; readonly password: string}) =>
      told(client.POST('/v1/sessions', {body})),
    ({token, memberId}) => signIn({token, member: memberId}, false),
  );
  const submit = (event: Event) => {
    event.preventDefault();
    if (field === 'phone') setField('password');
    else doing.run({tenant, phone, password});
  };
  const isPhone = field === 'phone';
  const [value, setValue] = isPhone ? [phone, setPhone] : [password, setPassword];
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), [field]);
  return html`<form class="lobby" onSubmit=${submit}>
    <${Title}>${words.sign.in}<//>
    <div class="field">
      <label for="lobby">${isPhone ? words.sign.phone : words.sign.password}</label>
      <input id="lobby" ref=${input} key=${field} name=${field} type=${isPhone ? 'tel' : 'password'}
        inputmode="none" autocomplete="off" required value=${value}
        onInput=${(event: Event) => setValue((event.currentTarget as HTMLInputElement).value)} />
    </div>
    <${Keys} isDigits=${isPhone} press=${(key: string) => setValue(typed(value, key))} />
    <${Trouble} problem=${doing.problem} />
    <div class="row">
      ${
        !isPhone &&
        html`<button type="button" onClick=${() => setField('phone')}>${words.common.back}</button>`
      }
      <button class="main big" type="submit" aria-busy=${doing.isBusy} disabled=${doing.isBusy}>
        ${isPhone ? words.kiosk.next : words.sign.in}
      </button>
    </div>
  </form>`;
}

interface Sites {
  readonly sites: readonly {
    readonly id: string;
    readonly name: string;
    readonly zone: string;
    readonly stalls: number;
  }[];
}

/** Somebody who signed in: his balance and a code for this bathhouse. */
function Served(): View {
  const {words, tenant, kiosk = '', signOut} = useApp();
  const asked = useAsked(
    client => told(client.GET('/v1/public/sites', {params: {query: {tenant, limit: 200}}})),
    [tenant],
  );
  const here = ({sites}: Sites) => {
    const houses = sites.filter(({stalls}) => stalls > 0);
    return kiosk === '' ? houses[0] : houses.find(({id}) => id === kiosk);
  };
  return html`<div class="served">
    <${Title}>${words.bath.title}<//>
    <${Loaded} asked=${asked} isEmpty=${(sites: Sites) => here(sites) === undefined}
      empty=${words.kiosk.wrongSite}
      show=${(sites: Sites) => {
        const house = here(sites);
        return (
          house &&
          html`<${Showers} site=${house.id} name=${house.name} zone=${house.zone} isKiosk=${true} />`
        );
      }} />
    <p class="intro">${words.kiosk.remember}</p>
    <button type="button" class="main big" onClick=${signOut}>${words.kiosk.done}</button>
  </div>`;
}
