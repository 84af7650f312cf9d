import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp} from '../app-context.js';
import type {View} from '../parts.js';

const DIGITS = ['123', '456', '789', '0'];
const LETTERS = ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', ' .,-_@!?#'];

interface KeysProps {
  /** Digits alone. */
  readonly isDigits: boolean;
  /** A character, or `erase`. */
  press(key: string): void;
}

/** Keys on the screen. They take no focus, so that what is typed stays where it is. */
export function Keys({isDigits, press}: KeysProps): View {
  const {words} = useApp();
  const [isUpper, setUpper] = useState(false);
  const rows = isDigits ? DIGITS : LETTERS;
  const hold = (event: Event) => event.preventDefault();
  return html`<div class=${isDigits ? 'keys digits-only' : 'keys'} onPointerDown=${hold}>
    ${rows.map(
      row => html`<div key=${row} class="keyrow">
        ${[...row].map(letter => {
          const key = isUpper ? letter.toUpperCase() : letter;
          return html`<button key=${letter} type="button" onClick=${() => press(key)}>
            ${key === ' ' ? '␣' : key}
          </button>`;
        })}
      </div>`,
    )}
    <div class="keyrow">
      ${
        !isDigits &&
        html`<button type="button" aria-pressed=${isUpper} onClick=${() => setUpper(!isUpper)}>
        ${words.kiosk.shift}
      </button>`
      }
      <button type="button" onClick=${() => press('erase')}>${words.kiosk.erase}</button>
    </div>
  </div>`;
}
