import {randomBytes} from 'node:crypto';
import test from 'ava';
import type {DownMessages} from '../../protocols/cloud/down-messages.js';
import {encodePayload, MAX_PAYLOAD_BYTES} from '../../protocols/cloud/payload.js';
import {cutSiteText, MAX_SITE_PIECES, siteTextHash} from '../../protocols/cloud/site-config.js';
import {rawDeflate} from '../raw-deflate.js';
import {SiteConfigDownlink} from './site-config-downlink.js';
import type {SiteConfigPush, SiteConfigReport} from './site-config-sink.js';

const SID = 'a'.repeat(32);
const HELD = 'b'.repeat(64);
const SMALL = 'site: {id: lot-1}\n';

function messagesOf(text: string, ver: number, sid = SID): readonly DownMessages['site'][] {
  const pieces = cutSiteText(text, rawDeflate);
  const base = {sid, ver, sha: siteTextHash(text), base: [HELD], n: pieces.length};
  const rest = {removing: false, by: 'office', sig: 'A'.repeat(86)};
  return pieces.map((piece, i) => ({...base, i, piece, ...rest}));
}

function setUp() {
  const taken: SiteConfigPush[] = [];
  const reports: number[] = [];
  const dropped: string[] = [];
  const report = (): SiteConfigReport => {
    const newest = taken.at(-1);
    const ver = newest?.ver ?? 0;
    return {ver, sha: newest?.sha ?? HELD, state: 'applied', held: HELD, why: null, problems: []};
  };
  const listeners = new Set<() => void>();
  const downlink = new SiteConfigDownlink({
    sid: SID,
    sink: {
      report,
      take: push => {
        taken.push(push);
        for (const listener of listeners) listener();
      },
      onReport: listener => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    report: ({ver}) => reports.push(ver),
    drop: why => dropped.push(why),
  });
  downlink.start();
  return {downlink, taken, reports, dropped, listeners};
}

test('a site file fits into one message, and comes out as it went in', t => {
  const {downlink, taken, reports} = setUp();
  const [message, ...more] = messagesOf(`${SMALL}# 值班保安\n`.repeat(2000), 1);
  t.deepEqual(more, []);
  if (message) downlink.take(message);
  t.is(taken[0]?.text, `${SMALL}# 值班保安\n`.repeat(2000));
  t.deepEqual(taken[0]?.base, [HELD]);
  t.deepEqual(reports, [0, 1]);
});

test('the largest and worst text goes in pieces below the limit of a message, in any order, twice', t => {
  const text = randomBytes(128 * 1024).toString('hex');
  const messages = messagesOf(text, 1);
  t.true(messages.length > 1 && messages.length <= MAX_SITE_PIECES);
  for (const message of messages) {
    const payload = encodePayload(message, rawDeflate);
    t.true(payload !== undefined && payload.length <= MAX_PAYLOAD_BYTES);
  }
  const {downlink, taken} = setUp();
  for (const message of [...messages].reverse()) {
    downlink.take(message);
    downlink.take(message);
  }
  t.deepEqual(
    taken.map(push => push.text === text),
    [true],
  );
});

test('a version that was taken before is answered and not taken again', t => {
  const {downlink, taken, reports} = setUp();
  for (const message of [...messagesOf(SMALL, 2), ...messagesOf(SMALL, 2), ...messagesOf('x', 1)]) {
    downlink.take(message);
  }
  t.is(taken.length, 1);
  t.deepEqual(reports, [0, 2, 2, 2]);
});

test('a message of another session, or with another text than promised, goes no further', t => {
  const {downlink, taken, dropped} = setUp();
  for (const message of messagesOf(SMALL, 1, 'c'.repeat(32))) downlink.take(message);
  for (const message of messagesOf(SMALL, 1)) downlink.take({...message, sha: HELD});
  for (const message of messagesOf(SMALL, 1)) downlink.take({...message, piece: 'AAAA'});
  t.deepEqual(taken, []);
  t.deepEqual(dropped, ['session', 'text', 'text']);
});

test('nothing is listened to after the end', t => {
  const {downlink, listeners} = setUp();
  t.is(listeners.size, 1);
  downlink.close();
  t.is(listeners.size, 0);
});
