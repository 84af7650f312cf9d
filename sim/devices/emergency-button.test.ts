import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {EmergencyButton, type EmergencyButtonOptions} from './emergency-button.js';

/** Unit 32, FC04 of pressed, counter and loop. CRCs computed apart from this project. */
const POLL = '200400000003b6ba';
const AT_REST = '200406000000000000f4c2';

function build(options: Partial<EmergencyButtonOptions> = {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const button = new EmergencyButton({clock, unit: 32, ...options});
  const ask = (frame: string) =>
    button
      .receive(fromHex(frame))
      .map(reply => toHex(reply.bytes))
      .join();
  return {clock, button, ask};
}

test('a poll tells the press while it lasts and its count for ever', async t => {
  const {clock, button, ask} = build({pressCount: 0xffff});
  button.press();
  await clock.advance(199);
  t.is(ask(POLL).slice(6, 14), '00010000', 'held, and the counter has wrapped');
  await clock.advance(1);
  t.is(ask(POLL), AT_REST);
  button.press(0);
  button.press(0);
  t.is(ask(POLL).slice(6, 14), '00000002');
});

test('the loop is reported cut or shorted', t => {
  const {button, ask} = build({pressCount: 0xffff});
  t.is(build().ask(POLL), AT_REST);
  button.press();
  button.setLoop('short');
  t.is(ask(POLL), '20040600010000000248c3');
  const cut = build({pressCount: 1});
  cut.button.setLoop('open');
  t.is(cut.ask(POLL), '20040600000001000164c2');
});

test('buzzer and lamp hold what was written', t => {
  const {button, ask} = build();
  t.is(ask('20050000ff008a8b'), '20050000ff008a8b');
  t.is(ask('20050001ff00db4b'), '20050001ff00db4b');
  t.true(button.buzzer && button.lamp);
  t.is(ask('200100000002bb7a'), '200101031bb5');
  t.is(ask('200500000000cb7b'), '200500000000cb7b');
  t.false(button.buzzer);
  t.true(button.lamp);
  t.is(ask('200100000002bb7a'), '20010102da75');
});

test('coils and functions that it has not are refused', t => {
  const {button, ask} = build();
  t.is(ask('2005000000010abb'), '208503529b');
  t.is(ask('20050002ff002b4b'), '208502935b');
  t.is(ask('2006000000014ebb'), '208601d3aa');
  t.is(ask('20030000000182bb'), '208301d0fa');
  t.false(button.buzzer || button.lamp);
});

test('an unplugged button is silent and still counts', t => {
  const {button, ask} = build();
  button.isUnplugged = true;
  button.press(0);
  t.is(ask(POLL), '');
  button.isUnplugged = false;
  t.is(ask(POLL).slice(10, 14), '0001');
});
