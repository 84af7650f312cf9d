import {type Duplex, duplexPair} from 'node:stream';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';

/** Both ends of a cable on which everything takes `delayMs`, each way. */
export function slowPair(clock: Clock, delayMs: Millis): readonly [Duplex, Duplex] {
  const [near, nearPlug] = duplexPair();
  const [farPlug, far] = duplexPair();
  const underway = new Set<Timer>();
  const carry = (from: Duplex, to: Duplex) => {
    from.on('data', chunk => {
      const timer = clock.timer('cable', delayMs, () => {
        underway.delete(timer);
        to.write(chunk);
      });
      underway.add(timer);
    });
  };
  carry(nearPlug, farPlug);
  carry(farPlug, nearPlug);
  const ends = [near, nearPlug, farPlug, far];
  for (const end of ends) {
    end.once('close', () => {
      for (const timer of underway) timer.cancel();
      underway.clear();
      for (const other of ends) other.destroy();
    });
  }
  return [near, far];
}
