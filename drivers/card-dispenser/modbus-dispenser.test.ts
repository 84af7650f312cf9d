import test from 'ava';
import {
  type CardIssueInput,
  NO_ISSUE,
  stepCardIssue,
} from '../../edge/domain/issue/card-issue-machine.js';
import type {Timer} from '../../protocols/base/clock.js';
import {asId, type CardUid, type DeviceId, type GrantId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CardDispenser} from '../../sim/devices/card-dispenser.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {createMemoryPair} from '../port/memory-link.js';
import {ModbusDispenser} from './modbus-dispenser.js';

const UNIT = 9;
const id = asId<DeviceId>('D-1');
const card = (no: number) => asId<CardUid>(`CARD${no}`);
const stackOf = (cards: number) => Array.from({length: cards}, (_, index) => card(index + 1));
const makeClock = () => new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});

/** A dispenser on a line, with the machine that decides which of its cards is live. */
function setup(cards: number) {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 9600});
  const twin = new CardDispenser({clock, unit: UNIT, stack: stackOf(cards)});
  wire.attach(twin);
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  line.open();
  const heard: string[] = [];
  const live = new Set<CardUid>();
  let state = NO_ISSUE;
  let reading: Timer | undefined;
  const take = (input: CardIssueInput): void => {
    const step = stepCardIssue(state, input);
    state = step.state;
    for (const effect of step.effects) {
      if (effect.kind === 'feed') {
        void dispenser.issue().then(outcome => take({kind: 'ordered', outcome}));
      } else if (effect.kind === 'swallow') void dispenser.swallow();
      else if (effect.kind === 'bind') live.add(effect.uid);
      else if (effect.kind === 'unbind') live.delete(effect.uid);
      else if (effect.kind === 'void') heard.push(`void ${effect.uid}`);
      else if (effect.kind === 'offerQr') heard.push(`qr ${effect.why}`);
      else if (effect.kind === 'alarm') heard.push(`${effect.alarm} ${effect.isStanding}`);
      else if (effect.kind === 'rest') reading?.cancel();
      else reading = clock.timer('read', effect.afterMs, () => take({kind: 'due'}));
    }
  };
  const dispenser = new ModbusDispenser({
    id,
    bus: new ModbusBus(line),
    clock,
    unit: UNIT,
    listener: {
      onCardAtMouth: uid => take({kind: 'cardAtMouth', uid, isForeign: false}),
      onFed: fed => heard.push(`fed ${fed}`),
      onTaken: () => take({kind: 'taken'}),
      onSwallowed: () => take({kind: 'swallowed'}),
      onStock: stock => take({kind: 'stock', stock}),
      onFault: (fault, isStanding) => take({kind: 'fault', fault, isStanding}),
      onHealth: () => {},
    },
  });
  twin.onMouth(uid => (uid ? dispenser.cardSeen(uid, clock.nowMs()) : dispenser.cardGone()));
  const issue = async () => {
    take({kind: 'issue', grant: asId<GrantId>('g-1')});
    await clock.advance(3000);
  };
  const close = async () => {
    reading?.cancel();
    dispenser.close();
    twin.close();
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, twin, heard, live, dispenser, issue, close};
}

test('E40 of several cards at one press only the one read at the mouth is live; empty and jammed offer a code; refill is called for at 20 left', async t => {
  const {clock, twin, heard, live, dispenser, issue, close} = setup(24);
  await clock.advance(2000);
  twin.ail({cardsPerFeed: 3});
  await issue();
  t.deepEqual([...live], [card(1)]);
  for (const no of [1, 2, 3]) {
    t.is(twin.take(), card(no));
    await clock.advance(1000);
  }
  t.deepEqual([...live], [card(1)]);
  t.deepEqual(heard, ['fed 3', 'DISPENSER_FAULT true', 'void CARD2', 'void CARD3']);
  heard.length = 0;
  twin.ail({cardsPerFeed: 1});
  t.is(dispenser.stock, 21);
  await issue();
  t.deepEqual(heard, ['CARD_STOCK_LOW true', 'fed 1', 'DISPENSER_FAULT false']);
  t.is(dispenser.stock, 20);
  twin.take();
  await clock.advance(1000);
  t.deepEqual([...live], [card(1), card(4)]);
  heard.length = 0;
  twin.ail({jam: true});
  await clock.advance(1000);
  await issue();
  t.deepEqual(heard, ['DISPENSER_FAULT true', 'qr JAM']);
  twin.ail({jam: false});
  await clock.advance(1000);
  for (let left = twin.stock; left > 0; left -= 1) {
    await issue();
    twin.take();
    await clock.advance(1000);
  }
  heard.length = 0;
  await issue();
  t.deepEqual(heard, ['qr EMPTY']);
  t.is(live.size, 22);
  twin.refill([card(100)].concat(stackOf(60).slice(24)));
  await clock.advance(1000);
  t.deepEqual(heard.slice(1), ['CARD_STOCK_LOW false', 'DISPENSER_FAULT false']);
  await issue();
  t.true(live.has(card(100)));
  await close();
});

test('a card held before the mouth of a dispenser that is out of reach is told to nobody', async t => {
  const {clock, twin, live, dispenser, issue, close} = setup(24);
  await clock.advance(2000);
  await issue();
  t.deepEqual([...live], [card(1)]);
  twin.ail({unplugged: true});
  await clock.until(() => dispenser.health === 'offline', 20_000);
  dispenser.cardGone();
  dispenser.cardSeen(asId<CardUid>('OWN'), clock.nowMs());
  await clock.advance(1000);
  t.deepEqual([...live], [card(1)]);
  dispenser.cardGone();
  twin.take();
  twin.ail({unplugged: false});
  await clock.until(() => dispenser.health === 'ok', 70_000);
  await issue();
  t.deepEqual([...live], [card(1), card(2)]);
  await close();
});

test('~P9 a double feed makes one card live; the second is void', async t => {
  const {clock, twin, heard, live, issue, close} = setup(50);
  await clock.advance(2000);
  twin.ail({cardsPerFeed: 2});
  await issue();
  twin.take();
  await clock.advance(1000);
  t.deepEqual([...live], [card(1)]);
  t.true(heard.includes('void CARD2'));
  await clock.advance(60_000);
  t.deepEqual(twin.bin, [card(2)]);
  t.deepEqual([...live], [card(1)]);
  await close();
});

test('~P9 a card that nobody takes in 60 s is swallowed', async t => {
  const {clock, twin, heard, live, issue, close} = setup(50);
  await clock.advance(2000);
  await issue();
  t.deepEqual([...live], [card(1)]);
  await clock.advance(57_000);
  t.deepEqual(twin.mouth, [card(1)]);
  await clock.advance(3000);
  t.deepEqual(twin.bin, [card(1)]);
  await clock.advance(1000);
  t.deepEqual([...live], []);
  t.true(heard.includes('qr UNTAKEN'));
  await close();
});

test('a card in a hand at the mouth is nobody of ours', async t => {
  const {clock, heard, live, dispenser, close} = setup(50);
  await clock.advance(2000);
  dispenser.cardSeen(card(99), clock.nowMs());
  await clock.advance(2000);
  t.deepEqual(heard, []);
  t.is(live.size, 0);
  await close();
});

test('a feed is sent once, and its sequence tells whether it was heard', async t => {
  const clock = makeClock();
  const words = {status: [1, 50, 7, 0, 0, 0]};
  const bus = new ScriptedBus(clock, {
    read: () => ({kind: 'values', values: words.status}),
    write: () => ({kind: 'timeout'}),
  });
  const none = () => {};
  const dispenser = new ModbusDispenser({
    id,
    bus,
    clock,
    unit: UNIT,
    listener: {
      onCardAtMouth: none,
      onFed: none,
      onTaken: none,
      onSwallowed: none,
      onStock: none,
      onFault: none,
      onHealth: none,
    },
  });
  t.is(await dispenser.issue(), 'not_sent', 'nothing is known of it yet');
  bus.sweep();
  const outcomeOf = async (order: Promise<string>) => {
    await clock.advance(100);
    return order;
  };
  t.is(await outcomeOf(dispenser.issue()), 'not_sent');
  t.deepEqual(bus.writes[0]?.values, [1, 8]);
  words.status = [1, 50, 9, 0, 0, 0];
  t.is(await outcomeOf(dispenser.issue()), 'begun');
  bus.script = {write: () => ({kind: 'timeout'})};
  t.is(await outcomeOf(dispenser.swallow()), 'unanswered');
  bus.script = {write: () => ({kind: 'exception', exceptionCode: 3})};
  t.is(await outcomeOf(dispenser.issue()), 'refused');
  bus.script = {write: () => ({kind: 'down'})};
  t.is(await outcomeOf(dispenser.issue()), 'not_sent');
  t.is(bus.writes.length, 5);
  dispenser.close();
  t.is(await dispenser.swallow(), 'not_sent');
});
