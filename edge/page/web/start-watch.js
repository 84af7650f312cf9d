import {html} from 'htm/preact';
import {useState} from 'preact/hooks';

/**
 * The first touch of a shift: it opens the loudspeaker, with a tone that somebody must hear, keeps the screen lit, and
 * tells the gateway that this board is watched. A loudspeaker that is open already does none of that.
 * @see EC-15, EC-16, EC-17
 */
export function StartWatch({board}) {
  const {words, session, sound, picture, station} = board;
  const {page} = words;
  const [isPutOff, setPutOff] = useState(false);
  const {stations} = picture?.calls ?? {};
  const isWatched = !stations || stations.some(({id, person}) => id === station && person);
  if (!session.person || isPutOff || (sound.isOn && isWatched)) return undefined;
  return html`<section class="start" aria-labelledby="start-title">
    <h2 id="start-title">${page.startWatch}</h2>
    <p>${page.startWatchWhat}</p>
    <p>${page.volumeReminder}</p>
    <div class="tools">
      <button type="button" class="main" onClick=${board.startWatch}>♪ ${page.startWatchNow}</button>
      <button type="button" onClick=${() => setPutOff(true)}>${page.later}</button>
    </div>
  </section>`;
}
