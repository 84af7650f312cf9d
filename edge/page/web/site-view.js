import {html} from 'htm/preact';
import {BayTile} from './bay-tile.js';
import {Health} from './health.js';

/** Device kinds that stand for a room or a way through: what goes through them is what people see as the place. */
const ROOM_KINDS = /door|gate|barrier|counter|water|meter|room/;

/** The site as it is now: bays and stalls by zone, rooms, lines, what waits for the cloud. */
export function SiteView({board}) {
  const {words, picture} = board;
  const {page} = words;
  const zones = [...new Set([...picture.bays, ...picture.collectors].map(({zone}) => zone))];
  const rooms = picture.devices.filter(({kind}) => ROOM_KINDS.test(kind));
  const others = picture.devices.filter(({kind}) => !ROOM_KINDS.test(kind));
  return html`
    <${Health} board=${board} />
    ${zones.map(zone => html`<${Zone} key=${zone} board=${board} zone=${zone} />`)}
    <${Devices} board=${board} title=${page.rooms} devices=${rooms} />
    <${Devices} board=${board} title=${page.devices} devices=${others} />`;
}

function Zone({board, zone}) {
  const {words, picture} = board;
  const {page} = words;
  const bays = picture.bays.filter(bay => bay.zone === zone);
  const posts = picture.collectors.filter(post => post.zone === zone);
  return html`<section aria-labelledby=${`zone-${zone}`}>
    <h2 id=${`zone-${zone}`}>${page.zone} ${zone}</h2>
    <ul class="bays">${bays.map(bay => html`<${BayTile} key=${bay.id} board=${board} bay=${bay} />`)}</ul>
    <ul class="posts">${posts.map(post => html`<${Post} key=${post.id} words=${words} post=${post} />`)}</ul>
  </section>`;
}

function Post({words, post}) {
  const {page} = words;
  const [first, second] = post.screen?.lines ?? ['', ''];
  const isBare = post.minCardSecurity === 'uid';
  return html`<li data-post=${post.id}>
    <strong>${post.id}</strong> <span class=${isBare ? 'warn' : 'good'}>${isBare ? page.bareCards : page.proofCards}</span>
    ${post.health === 'offline' && html` <span class="bad">✖ ${page.offline}</span>`}
    ${post.screen && html`<pre data-tone=${post.screen.tone}>${`${first}\n${second}`}</pre>`}
  </li>`;
}

function Devices({board, title, devices}) {
  const {page} = board.words;
  if (devices.length === 0) return undefined;
  return html`<section aria-label=${title}><h2>${title}</h2>
    <ul class="lines">${devices.map(
      ({id, kind, health, reading}) => html`<li key=${id}>
        <strong>${id}</strong> <span>${kind}</span> ${reading}
        <span class=${health === 'offline' ? 'bad' : 'good'}>
          ${health === 'offline' ? `✖ ${page.offline}` : `✔ ${page.ok}`}</span></li>`,
    )}</ul></section>`;
}
