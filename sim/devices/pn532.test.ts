import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {Pn532} from './pn532.js';

// Frames as published: device notes 4.1, and jinmi8.com doc 12721 for the S50 card FB0EE20B.
const WAKE = `5555${'00'.repeat(14)}`;
const SAM = '0000FF05FB D4140114 0102 00';
const RETRIES = '0000FF06FA D43205FF0102 F3 00';
const FIND_ONE = '0000FF04FC D44A0100 E1 00';
const AUTH = '0000FF0FF1 D440016007 FFFFFFFFFFFF FB0EE20B 94 00';
const READ = '0000FF05FB D4400130 04 B7 00';
const ACK = '0000ff00ff00';

const keyA = fromHex('FFFFFFFFFFFF');
const blocks = [0, 1, 2].map(() => new Uint8Array(16).fill(0xff));
const card = {uid: asId<CardUid>('FB0EE20B'), sectors: new Map([[1, {keyA, blocks}]])};

function build() {
  const twin = new Pn532();
  const ask = (hex: string) => twin.receive(fromHex(hex)).map(({bytes}) => toHex(bytes));
  return {twin, ask};
}

test('it sleeps until it is woken, and again after a dip of its supply', t => {
  const {twin, ask} = build();
  t.deepEqual(ask(SAM), []);
  t.deepEqual(ask(WAKE + SAM), [ACK, '0000ff02fed5151600']);
  twin.brownOut();
  t.deepEqual(ask(SAM), []);
  twin.isUnplugged = true;
  t.deepEqual(ask(WAKE + SAM), []);
});

test('it finds, opens and reads the card of the document, frame by frame', t => {
  const {twin, ask} = build();
  ask(WAKE + SAM);
  twin.present(card);
  t.deepEqual(ask(FIND_ONE), [ACK, '0000ff0cf4d54b010100040804fb0ee20bd800']);
  t.deepEqual(ask(READ), [ACK, '0000ff03fdd54101e900']);
  t.deepEqual(ask(AUTH), [ACK, '0000ff03fdd54100ea00']);
  t.deepEqual(ask(READ), [ACK, `0000ff13edd54100${'ff'.repeat(16)}fa00`]);
});

test('a wrong key halts the card until it is searched again', t => {
  const {twin, ask} = build();
  ask(WAKE + SAM);
  twin.present({...card, sectors: new Map([[1, {keyA: new Uint8Array(6), blocks}]])});
  ask(FIND_ONE);
  t.deepEqual(ask(AUTH), [ACK, '0000ff03fdd54114d600']);
  t.deepEqual(ask(AUTH), [ACK, '0000ff03fdd54127c300']);
});

test('an empty field is told at once only when its tries are limited', t => {
  const {twin, ask} = build();
  ask(WAKE + SAM);
  t.deepEqual(ask(FIND_ONE), [ACK]);
  ask(RETRIES);
  t.deepEqual(ask(FIND_ONE), [ACK, '0000ff03fdd54b00e000']);
  t.is(twin.searches, 2);
  t.deepEqual(ask('0000FF02FE D460 CC 00'), [ACK, '0000ff01ff7f8100']);
});

test('a card that was taken away answers nothing', t => {
  const {twin, ask} = build();
  ask(WAKE + SAM);
  twin.present(card);
  ask(FIND_ONE);
  twin.remove(card.uid);
  t.deepEqual(ask(AUTH), [ACK, '0000ff03fdd54101e900']);
});
