import {html} from 'htm/preact';

const ARM_ICONS = {up: '▲', down: '▼', moving: '↕', blocked: '✖', forced: '⚠', unknown: '?'};

/** One bay, and its lock moved by hand: with a reason, and under the interlocks of every other order. @see X6 */
export function BayTile({board, bay}) {
  const {words, may, send} = board;
  const {page, arms, occupancies, phases} = words;
  const facts = [arms[bay.arm], occupancies[bay.occupancy]];
  if (bay.session !== null) facts.push(phases[bay.session]);
  if (bay.health === 'offline') facts.push(page.offline);
  if (!bay.saleable) facts.push(page.withdrawn);
  const offer = (name, verb) => {
    const title = `${name} ${bay.id}`;
    const onAnswer = answer => send(`/api/bays/${encodeURIComponent(bay.id)}/${verb}`, answer);
    return html`<button type="button" aria-label=${title}
      onClick=${() => board.setDialog({title, onAnswer})}>${name}</button>`;
  };
  return html`<li data-bay=${bay.id} data-arm=${bay.arm} data-health=${bay.health}>
    <strong><b aria-hidden="true">${ARM_ICONS[bay.arm]}</b> ${bay.id}</strong>
    <span>${facts.join(' · ')}</span>
    ${
      may('operate') &&
      html`<div class="tools">
      ${bay.arm !== 'down' && offer(page.open, 'open')}
      ${bay.arm !== 'up' && offer(page.raise, 'close')}
    </div>`
    }
  </li>`;
}
