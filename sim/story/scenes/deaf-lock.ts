import type {Scene} from '../scene.js';

const BAY = 'B-010';
const INTERVAL_MS = 5000;
const TOLERANCE_MS = 300;

/** A lock that acknowledges and never moves: six commands 5 s apart, then the guard is called. */
export const DEAF_LOCK: Scene = {
  title: 'a deaf lock gets six commands 5 s apart, then the guard is called',
  fastStartMs: 300,
  run: async stage => {
    const {site} = stage.live;
    site.lock(BAY).ail({deaf: 'acks'});
    const card = await stage.cardFor(BAY);
    stage.say(`${BAY} has gone deaf; a tenant taps card ${card.uid} at C2`);
    await stage.tap('C2', card);
    const tone = () => site.post('C2').screen?.tone;
    const sent = () => site.commandTimes(BAY, 'lower');
    for (let tryNo = 1; tryNo <= 6; tryNo += 1) {
      await stage.until(`command ${tryNo}`, 7000, () => sent().length >= tryNo);
      stage.say(`${BAY}: command ${tryNo} of 6, and the arm stays up`);
    }
    const alarm = await stage.untilAlarm('UNLOCK_FAILED', BAY, 7000);
    const [first = 0] = sent();
    const isPaced = sent().every(
      (atMs, index) => Math.abs(atMs - first - index * INTERVAL_MS) < TOLERANCE_MS,
    );
    const times = sent().map(atMs => ((atMs - first) / 1000).toFixed(1));
    stage.check(`commands at 0,5,10,15,20,25 s, not ${times.join()}`, isPaced);
    stage.check('no seventh command', sent().length === 6);
    stage.say(`emergency call: ${alarm.kind} at ${BAY}, calling ${alarm.contact}`);
    await stage.until('C2 says that a call is out', 3000, () => tone() === 'call');
    const calling = stage.screen('C2');
    stage.say(`C2 shows: ${calling}`);
    await stage.acknowledge(alarm, 'wang');
    const isComing = () => tone() === 'call' && stage.screen('C2') !== calling;
    await stage.until('C2 says that somebody comes', 3000, isComing);
    stage.say(`王强 acknowledges on the page; C2 shows: ${stage.screen('C2')}`);
    site.lock(BAY).heal();
  },
};
