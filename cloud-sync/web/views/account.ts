import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp, useSession} from '../app-context.js';
import {told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {moment} from '../format.js';
import {Badge, Field, Form, Loaded, Title, type View} from '../parts.js';

interface Held {
  readonly sessions: readonly {
    readonly id: string;
    readonly createdMs: number;
    readonly isCurrent: boolean;
  }[];
}

/** Who is signed in, where else, and his password. */
export function Account(): View {
  const {words, signOut} = useApp();
  const {name} = useSession();
  return html`<section class="narrow">
    <${Title}>${words.account.title}<//>
    <p class="intro">${words.account.signedIn(name)}</p>
    <button type="button" class="main" onClick=${signOut}>${words.sign.out}</button>
    <${NewPassword} />
    <${Sessions} />
  </section>`;
}

function NewPassword(): View {
  const {words} = useApp();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [isDone, setDone] = useState(false);
  const doing = useDoing(
    (client, body: {readonly old: string; readonly new: string}) =>
      told(client.POST('/v1/me/password', {body})),
    () => {
      setDone(true);
      setOld('');
      setNext('');
    },
  );
  return html`<${Form} action=${words.common.save} isBusy=${doing.isBusy} problem=${doing.problem}
    onSubmit=${() => doing.run({old, new: next})}>
    <h2>${words.account.password}</h2>
    <${Field} label=${words.account.old} name="old" type="password" complete="current-password"
      value=${old} onInput=${setOld} />
    <${Field} label=${words.account.next} name="next" type="password" complete="new-password"
      hint=${words.sign.rule} value=${next} onInput=${setNext} />
    <p role="status" class=${isDone ? 'done' : 'silent'}>${isDone && words.account.changed}</p>
  <//>`;
}

function Sessions(): View {
  const {words, state} = useApp();
  const asked = useAsked(client => told(client.GET('/v1/me/sessions')), []);
  const ending = useDoing(
    (client, id: string) => told(client.DELETE('/v1/me/sessions/{id}', {params: {path: {id}}})),
    asked.again,
  );
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return html`<div>
    <h2>${words.account.sessions}</h2>
    <${Loaded} asked=${asked} show=${({sessions}: Held) => html`<ul class="rows">
      ${sessions.map(
        one => html`<li key=${one.id}>
          <span class="what">${words.account.since(moment(one.createdMs, zone, state.language))}</span>
          ${
            one.isCurrent
              ? html`<${Badge} tone="good" text=${words.account.here} />`
              : html`<button type="button" disabled=${ending.isBusy} onClick=${() => ending.run(one.id)}>
                ${words.account.end}
              </button>`
          }
        </li>`,
      )}
    </ul>`} />
  </div>`;
}
