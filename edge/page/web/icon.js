import {html} from 'htm/preact';

/** Drawn, and not letters of a font: a cheap tablet has no pictures in its fonts. Each has a shape of its own. */
const SHAPES = {
  emergency: {path: 'M8 1h8l7 7v8l-7 7H8l-7-7V8z', sign: '!'},
  assistance: {path: 'M12 1a11 11 0 1 0 0 22a11 11 0 1 0 0-22z', sign: '?'},
  fault: {path: 'M12 1L23.5 22H.5z', sign: '!'},
  test: {path: 'M2 2h20v20H2z', sign: 'T'},
};

export function Icon({name}) {
  const {path, sign} = SHAPES[name];
  return html`<svg class="icon" data-icon=${name} viewBox="0 0 24 24" aria-hidden="true">
    <path d=${path} /><text x="12" y=${name === 'fault' ? 20 : 18}>${sign}</text>
  </svg>`;
}
