import {html} from 'htm/preact';

/** Nothing has come from the gateway for 15 s: what stands on the screen may be old. @see EC-15 */
export function Lost({board}) {
  const {page} = board.words;
  const {phone} = board.picture?.calls ?? {};
  return html`<div class="lost" role="alertdialog" aria-modal="true" aria-labelledby="lost-title">
    <p class="icon" aria-hidden="true">⚠</p>
    <h2 id="lost-title">${page.connectionLost}</h2>
    <p>${page.connectionLostWhat}</p>
    ${phone && html`<p class="phone">☎ ${phone}</p>`}
  </div>`;
}
