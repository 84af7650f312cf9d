import {html} from 'htm/preact';

/** Quiet at this board alone, for 60 s at most: it takes no call, and the tiles stay. @see EC-6 */
export function SilenceButton({board}) {
  const {words, picture, station, gatewayMs} = board;
  const {page} = words;
  const own = picture.calls?.stations.find(({id}) => id === station);
  if (!own) return undefined;
  const leftMs = (own.silentUntilMs ?? 0) - gatewayMs();
  if (leftMs > 0) {
    return html`<p class="silenced" role="status">${page.silenced} ${Math.ceil(leftMs / 1000)} ${page.seconds}</p>`;
  }
  if (!own.sound || !board.may('answer')) return undefined;
  return html`<button type="button" class="silence"
    onClick=${() => board.send(`/api/stations/${encodeURIComponent(station)}/silence`)}>
    ${page.silence}</button>`;
}
