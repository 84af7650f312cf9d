import {html} from 'htm/preact';

/** How to let arms down by hand, to print, while their line is dead. @see E19 */
export function ReleaseLink({words, kind, device}) {
  if (kind !== 'BUS_DOWN' || !device) return null;
  return html`<a href=${`/release-sheet/${encodeURIComponent(device)}`} target="_blank"
    rel="noopener">${words.manualRelease.print}</a>`;
}
