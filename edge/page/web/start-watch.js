import {html} from 'htm/preact';
import {useState} from 'preact/hooks';

/** The first touch of a shift: it opens the loudspeaker, with a tone that somebody must hear. @see EC-16 */
export function StartWatch({board}) {
  const {words, session, sound} = board;
  const {page} = words;
  const [isPutOff, setPutOff] = useState(false);
  const isNeeded = session.person && !sound.isOn && !isPutOff;
  if (!isNeeded) return undefined;
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
