import {html} from 'htm/preact';
import type {ComponentChildren, VNode} from 'preact';
import {useEffect, useId, useRef} from 'preact/hooks';
import {encode} from 'uqr';
import {textOf, useApp} from './app-context.js';
import type {Problem} from './ask.js';
import type {Asked} from './asked.js';

export type View = VNode;

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly type?: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly name?: string;
  readonly mode?: string;
  readonly complete?: string;
  readonly min?: string;
  readonly step?: string;
  readonly isOptional?: boolean;
  readonly isPlain?: boolean;
  onInput(value: string): void;
}

/** A labelled input; what is wrong with it is read out with it. */
export function Field(props: FieldProps): View {
  const {label, value, type = 'text', hint, error, name, mode, complete = 'off'} = props;
  const id = useId();
  const about = error ?? hint;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input id=${id} name=${name} type=${type} value=${value} inputmode=${mode}
      autocomplete=${complete} min=${props.min} step=${props.step} required=${!props.isOptional}
      aria-invalid=${error === undefined ? undefined : 'true'}
      aria-describedby=${about === undefined ? undefined : `${id}-about`}
      onInput=${(event: Event) => props.onInput(typedIn(event))} />
    ${about !== undefined && html`<p id=${`${id}-about`} class=${error ? 'wrong' : 'hint'}>${about}</p>`}
  </div>`;
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly {readonly value: string; readonly text: string}[];
  onChange(value: string): void;
}

export function Choice({label, value, options, onChange}: ChoiceProps): View {
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} value=${value} onChange=${(event: Event) => onChange(typedIn(event))}>
      ${options.map(
        one => html`<option key=${one.value} value=${one.value} selected=${one.value === value}>
          ${one.text}
        </option>`,
      )}
    </select>
  </div>`;
}

interface TickProps {
  readonly label: string;
  readonly isOn: boolean;
  onChange(isOn: boolean): void;
}

export function Tick({label, isOn, onChange}: TickProps): View {
  const toggled = (event: Event) => onChange((event.currentTarget as HTMLInputElement).checked);
  return html`<label class="tick">
    <input type="checkbox" checked=${isOn} onChange=${toggled} /><span>${label}</span>
  </label>`;
}

interface FormProps {
  readonly isBusy?: boolean;
  readonly problem?: Problem | undefined;
  readonly action: string;
  readonly children?: ComponentChildren;
  onSubmit(): void;
}

/** A form that a script sends; the first problem is read out. */
export function Form({isBusy = false, problem, action, children, onSubmit}: FormProps): View {
  const submit = (event: Event) => {
    event.preventDefault();
    onSubmit();
  };
  return html`<form class="form" onSubmit=${submit}>
    ${children}
    <${Trouble} problem=${problem} />
    <button class="main" type="submit" aria-busy=${isBusy} disabled=${isBusy}>${action}</button>
  </form>`;
}

/** What went wrong and what to do. It is there before, so that a screen reader hears the change. */
export function Trouble({problem}: {readonly problem: Problem | undefined}): View {
  const {words} = useApp();
  return html`<p role="alert" class=${problem ? 'trouble' : 'silent'}>
    ${problem && textOf(words, problem)}
  </p>`;
}

interface LoadedProps<Data> {
  readonly asked: Asked<Data>;
  readonly isEmpty?: (data: Data) => boolean;
  readonly empty?: ComponentChildren;
  readonly show: (data: Data) => ComponentChildren;
}

/** The four states of what was asked for: on its way, refused, nothing, there. */
export function Loaded<Data>({asked, isEmpty, empty, show}: LoadedProps<Data>): View {
  const {words} = useApp();
  const {data, problem, again} = asked;
  if (data === undefined) {
    if (!problem) return html`<p class="loading" role="status">${words.common.loading}</p>`;
    return html`<div class="problem">
      <${Trouble} problem=${problem} />
      <button type="button" onClick=${again}>${words.common.again}</button>
    </div>`;
  }
  return html`<div>
    ${problem && html`<${Trouble} problem=${problem} />`}
    ${isEmpty?.(data) ? html`<div class="empty">${empty}</div>` : show(data)}
  </div>`;
}

/** A picture that readers read, dark on light in any theme. */
export function Qr({text, label}: {readonly text: string; readonly label: string}): View {
  const {size, data} = encode(text, {ecc: 'M', border: 4});
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return html`<svg class="qr" role="img" aria-label=${label} viewBox=${`0 0 ${size} ${size}`}
    shape-rendering="crispEdges">
    <path fill="#fff" d=${`M0 0h${size}v${size}h-${size}z`} /><path fill="#000" d=${path} />
  </svg>`;
}

interface SureProps {
  readonly question: string;
  readonly yes: string;
  readonly isOpen: boolean;
  onAnswer(isYes: boolean): void;
}

/** Asks once more before something that cannot be taken back. */
export function Sure({question, yes, isOpen, onAnswer}: SureProps): View {
  const {words} = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const id = useId();
  return html`<dialog ref=${dialog} aria-labelledby=${id} onCancel=${() => onAnswer(false)}>
    <p id=${id}>${question}</p>
    <div class="row">
      <button type="button" onClick=${() => onAnswer(false)}>${words.common.cancel}</button>
      <button type="button" class="main danger" onClick=${() => onAnswer(true)}>${yes}</button>
    </div>
  </dialog>`;
}

/** Heading of a view: it gets the focus when somebody comes, so that he hears where he is. */
export function Title({children}: {readonly children?: ComponentChildren}): View {
  const {hasMoved} = useApp().state;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasMoved) heading.current?.focus({preventScroll: true});
  }, []);
  return html`<h1 tabindex="-1" ref=${heading}>${children}</h1>`;
}

export function Badge({tone, text}: {readonly tone: Tone; readonly text: string}): View {
  return html`<span class=${`badge ${tone}`}>${text}</span>`;
}

export type Tone = 'good' | 'warn' | 'calm';

function typedIn(event: Event): string {
  return (event.currentTarget as HTMLInputElement | HTMLSelectElement).value;
}
