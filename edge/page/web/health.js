import {html} from 'htm/preact';
import {clockText} from './format.js';

const MEGABYTE = 1_000_000;
/** A disk that has told so much of its life used up is to be exchanged. `assumed:` */
const WORN_PERCENT = 80;
const LAMPS = {
  serving: 'good',
  offline: 'good',
  bus_fault: 'warn',
  not_serving: 'bad',
  enrolling: '',
};

/** What the gateway says of itself: its light, the cloud, its lines and its disk, each with what to do. @see I-15 */
export function Health({board}) {
  const {words, picture} = board;
  const {page, links, lamps} = words;
  const {cloud, lines, lamp, warnings} = picture;
  return html`<section aria-label=${page.health}><h2>${page.health}</h2>
    <ul class="lines">
      <li id="lamp"><strong>${page.lamp}</strong> <span class=${LAMPS[lamp]}>● ${lamps[lamp]}</span></li>
      <li id="cloud"><strong>${page.cloud}</strong> ${links[cloud.link]} · ${cloud.unsent} ${page.unsent}
        ${cloud.oldestUnsentMs !== null && `, ${page.oldest} ${clockText(cloud.oldestUnsentMs)}`}</li>
      ${lines.map(line => html`<${Line} key=${line.id} board=${board} line=${line} />`)}
      <${Storage} board=${board} />
      ${warnings.map(
        ({code, subject}) =>
          html`<li key=${code + subject} class="warn">⚠ ${subject} ${words.warnings[code]}</li>`,
      )}
    </ul></section>`;
}

function Line({board, line}) {
  const {words, picture} = board;
  const {page} = words;
  const isUp = line.state === 'ok';
  const silent = picture.bays.filter(
    ({id, health}) => line.bays.includes(id) && health === 'offline',
  );
  const trouble = line.trouble ?? (isUp ? undefined : page.lineDownWhat);
  return html`<li data-line=${line.id}><strong>${page.line} ${line.id}</strong>
    <span class=${isUp ? 'good' : 'bad'}>${isUp ? `✔ ${page.ok}` : `✖ ${page.down}`}</span>
    ${
      silent.length > 0 &&
      html` <span class="bad">${page.offline}: ${silent.map(({id}) => id).join(', ')}</span>
        ${isUp && ` ${page.bayOfflineWhat}`}`
    }
    ${trouble && html` <span>${trouble}</span>`}
    ${
      !isUp &&
      html` <a href=${`/release-sheet/${encodeURIComponent(line.id)}`} target="_blank"
        rel="noopener">${words.manualRelease.print}</a>`
    }</li>`;
}

function Storage({board}) {
  const {words, picture} = board;
  const {page} = words;
  const {state, detail, disk} = picture.storage;
  const isOk = state === 'ok';
  const {freeBytes = null, wornPercent = null} = disk ?? {};
  const isWorn = wornPercent !== null && wornPercent >= WORN_PERCENT;
  return html`<li id="storage"><strong>${page.storage}</strong>
    <span class=${isOk ? 'good' : 'bad'}> ${isOk ? `✔ ${page.ok}` : `✖ ${page.fault}`}</span> ${detail}
    ${freeBytes !== null && html` · ${Math.floor(freeBytes / MEGABYTE)} MB ${page.free}`}
    ${
      wornPercent !== null &&
      html` · <span class=${isWorn ? 'warn' : ''}>${isWorn ? '⚠ ' : ''}${wornPercent} % ${page.worn}</span>`
    }
    ${isWorn && ` ${page.wornWhat}`}</li>`;
}
