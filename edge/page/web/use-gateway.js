import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {every, nowMs} from './browser.js';
import {openFeed} from './feed.js';
import {Sound} from './sound.js';
import {startBeating, stationName} from './station.js';
import {soundOf} from './what-sounds.js';

const SECOND_MS = 1000;
const LOST = {type: 'lost', ring: 'loud'};

/** The live side of a board: the newest picture, what sounds for it, and what the gateway is told of both. */
export function useGateway() {
  const [{picture, atMs}, setSeen] = useState({picture: undefined, atMs: 0});
  const [isLost, setLost] = useState(false);
  const [, redraw] = useState(0);
  const station = useMemo(stationName, []);
  const sound = useMemo(() => new Sound(() => redraw(count => count + 1)), []);
  const feed = useRef();
  const beat = useRef();
  const shown = useRef();

  /** The gateway's clock, on which calls were raised. */
  const gatewayMs = () => (picture?.calls?.nowMs ?? picture?.nowMs ?? 0) + nowMs() - atMs;
  const wanted = isLost ? LOST : soundOf(picture, station, gatewayMs());

  useEffect(() => {
    const onPicture = (next, heardMs) => setSeen({picture: next, atMs: heardMs});
    feed.current = openFeed({onPicture, onLost: setLost});
    beat.current = startBeating(station, () => shown.current);
    sound.tryWithoutTouch();
    const stop = every(SECOND_MS, () => redraw(count => count + 1));
    return () => {
      feed.current.close();
      beat.current.close();
      stop();
    };
  }, []);
  useEffect(() => {
    sound.set(wanted);
    // Styles and whoever looks from outside can see what is to be heard.
    document.documentElement.dataset.sound = wanted ? `${wanted.type} ${wanted.ring}` : 'silent';
    document.documentElement.dataset.audio = sound.isOn ? 'running' : 'off';
    if (!picture?.calls) return;
    // After the drawing: what is said to be shown stands on the screen.
    const calls = picture.calls.calls.map(({id}) => id);
    shown.current = {shown: calls, isSounding: sound.isSounding && !isLost, hasSound: sound.isOn};
    beat.current.changed();
  });
  return {picture, isLost, station, sound, gatewayMs, reconnect: () => feed.current.reconnect()};
}
