import {after, every, nowMs} from './browser.js';

/** The gateway says something every 5 s; whoever hears nothing for 15 s is cut off. @see EC-15 */
const LOST_MS = 15_000;
const LOOK_MS = 500;
const AGAIN_MS = 3000;

/**
 * Watch the gateway: `onPicture(picture, atMs)` for each picture, `onLost(isLost)` when it falls silent and when it
 * is back.
 */
export function openFeed({onPicture, onLost}) {
  let heardMs = nowMs();
  let isLost = false;
  let events;
  let forgetAgain = () => {};

  const connect = () => {
    events = new EventSource('/api/events');
    events.addEventListener('state', event => {
      heardMs = nowMs();
      if (isLost) {
        isLost = false;
        onLost(false);
      }
      onPicture(JSON.parse(event.data), heardMs);
    });
    events.addEventListener('error', () => {
      // A refusal ends the source for good: the page goes on trying by itself.
      if (events.readyState !== EventSource.CLOSED) return;
      forgetAgain();
      forgetAgain = after(AGAIN_MS, connect);
    });
  };

  const stopWatch = every(LOOK_MS, () => {
    if (isLost || nowMs() - heardMs < LOST_MS) return;
    isLost = true;
    onLost(true);
  });
  const close = () => {
    events.close();
    forgetAgain();
  };
  connect();
  return {
    /** Read as somebody else from now on. */
    reconnect() {
      close();
      connect();
    },
    close() {
      close();
      stopWatch();
    },
  };
}
