import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp} from '../app-context.js';
import {told} from '../ask.js';
import {useDoing} from '../asked.js';
import {Field, Form, Tick, Title, type View} from '../parts.js';

interface Opened {
  readonly token: string;
  readonly memberId: string;
}

/** By phone and password, or with an invitation for the first time. @see requirements B3 */
export function SignIn({at = []}: {readonly at?: readonly string[]}): View {
  const {words, state} = useApp();
  const [isInvited, setInvited] = useState(at[0] === 'invited');
  const reason = state.notice === 'session_ended' ? words.sign.ended : words.sign.why;
  return html`<section class="narrow">
    <${Title}>${isInvited ? words.sign.first : words.sign.in}<//>
    <p class="intro">${reason}</p>
    ${isInvited ? html`<${Redeem} />` : html`<${LogIn} />`}
    <button type="button" class="quiet" onClick=${() => setInvited(!isInvited)}>
      ${isInvited ? words.sign.known : words.sign.invited}
    </button>
  </section>`;
}

function LogIn(): View {
  const {words, tenant} = useApp();
  const [phone, setPhone] = useState('');
  const [password, setPassword] = useState('');
  const [isKept, setKept] = useState(false);
  const open = useOpened(isKept);
  const doing = useDoing(
    (client, body: {readonly tenant: string; readonly phone: string; readonly password: string}) =>
      told(client.POST('/v1/sessions', {body})),
    open,
  );
  return html`<${Form} action=${words.sign.in} isBusy=${doing.isBusy} problem=${doing.problem}
    onSubmit=${() => doing.run({tenant, phone, password})}>
    <${Field} label=${words.sign.phone} name="phone" type="tel" mode="tel" complete="username"
      value=${phone} onInput=${setPhone} />
    <${Field} label=${words.sign.password} name="password" type="password"
      complete="current-password" value=${password} onInput=${setPassword} />
    <${Tick} label=${words.sign.stay} isOn=${isKept} onChange=${setKept} />
  <//>`;
}

function Redeem(): View {
  const {words} = useApp();
  const [invitation, setInvitation] = useState('');
  const [password, setPassword] = useState('');
  const open = useOpened(false);
  const doing = useDoing(
    (client, body: {readonly invitation: string; readonly password: string}) =>
      told(client.POST('/v1/sessions/redeem', {body})),
    open,
  );
  return html`<${Form} action=${words.sign.first} isBusy=${doing.isBusy} problem=${doing.problem}
    onSubmit=${() => doing.run({invitation: invitation.trim(), password})}>
    <${Field} label=${words.sign.invitation} name="invitation" value=${invitation}
      onInput=${setInvitation} />
    <${Field} label=${words.sign.password} name="password" type="password" hint=${words.sign.rule}
      complete="new-password" value=${password} onInput=${setPassword} />
  <//>`;
}

/** Signed in: on where he wanted to go, or to the places. */
function useOpened(isKept: boolean): (opened: Opened) => void {
  const {signIn, go, state} = useApp();
  return ({token, memberId}) => {
    signIn({token, member: memberId}, isKept);
    if (state.route.path[0] === 'sign-in') go([]);
  };
}
