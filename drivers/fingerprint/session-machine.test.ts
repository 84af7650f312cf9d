import test from 'ava';
import {CODE, type FingerprintAck} from '../../protocols/fingerprint/instructions.js';
import {NEW_SESSION, type SessionInput, sessionPeriodMs, stepSession} from './session-machine.js';

function ack(code: number, values: FingerprintAck['values'] = {}): SessionInput {
  return {kind: 'ack', ack: {code, values}};
}

test('password, library, signs of life; a refusal is a fault until the password fits', t => {
  const table: readonly (readonly [SessionInput, phase: string, told: string, periodMs: number])[] =
    [
      [{kind: 'health', health: 'ok'}, 'new', 'ok', 500],
      [ack(CODE.done), 'verified', '', 0],
      [ack(CODE.done, {librarySize: 162}), 'ready', '', 2000],
      [ack(CODE.done, {librarySize: 162}), 'ready', '', 2000],
      [{kind: 'lost'}, 'new', '', 500],
      [ack(CODE.wrongPassword), 'refused', 'UNCOMMISSIONED true offline', 5000],
      [{kind: 'lost'}, 'refused', '', 5000],
      [{kind: 'health', health: 'suspect'}, 'refused', '', 5000],
      [ack(CODE.wrongPassword), 'refused', '', 5000],
      [ack(CODE.done), 'verified', 'UNCOMMISSIONED false suspect', 0],
      [ack(CODE.mustVerify), 'new', '', 500],
      [{kind: 'health', health: 'offline'}, 'new', 'offline', 500],
    ];
  let state = NEW_SESSION;
  for (const [row, [input, phase, told, periodMs]] of table.entries()) {
    const step = stepSession(state, input);
    state = step.state;
    const heard = step.effects.map(effect =>
      effect.kind === 'health' ? effect.health : `${effect.fault} ${effect.isStanding}`,
    );
    t.is(state.phase, phase as typeof state.phase, `row ${row}`);
    t.is(heard.join(' '), told, `row ${row}`);
    t.is(sessionPeriodMs(state), periodMs, `row ${row}`);
  }
  t.is(state.librarySize, 162);
});
