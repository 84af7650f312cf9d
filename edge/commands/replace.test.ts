import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {clock, folderOf, openStore, site} from '../../sim/scenarios/backup-rig.js';
import {makeBackup} from '../backup/make-backup.js';
import {readTextFile} from '../platform/text-file.js';
import type {BackupMachine} from './backup.js';
import type {Enrol, EnrolmentResult} from './enroll.js';
import {type ReplaceOptions, replaceGateway} from './replace.js';

const CLOUD = 'http://cloud:8088';
const KEY = '00'.repeat(32);
const identity = {gateway: 'gw-1', tenant: 'demo', broker: 'mqtts://cloud:8883'};

const machine: BackupMachine = {
  ...{clock, entropy: new SeededEntropy(4), readText: readTextFile, env: () => undefined},
  request: () => Promise.reject(new TypeError('refused')),
};

function replace(from: string, options: ReplaceOptions, answer: EnrolmentResult) {
  const asked: string[] = [];
  const enrol: Enrol = (code, url, folder) => {
    asked.push(`${code} ${url} ${folder}`);
    return Promise.resolve(answer);
  };
  return replaceGateway(from, options, machine, enrol).then(result => ({...result, asked}));
}

test('~I-8 replace puts the backup of a broken gateway on a new one in a new epoch, with an identity by a code or by the backup', async t => {
  const {folder, store, options} = site(t);
  const from = join(folder, 'lot.lkbackup');
  const secret = {kind: 'key', bytes: new Uint8Array(32)} as const;
  await makeBackup(from, {...options, secret});
  const keyFile = join(folder, 'words.hex');
  writeFileSync(keyFile, KEY);
  const enrolled = {kind: 'enrolled', identity} as const;
  const elsewhere = folderOf(t);
  const config = join(elsewhere, 'site.yaml');
  const usual = {config, keyFile, replace: false};

  const half = await replace(from, {...usual, code: 'CODE'}, enrolled);
  t.regex(half.lines.join(), /--code and --cloud together/);
  const damaged = join(folder, 'cut.lkbackup');
  writeFileSync(damaged, readFileSync(from).subarray(0, 900));
  const cut = await replace(damaged, {...usual, code: 'CODE', cloud: CLOUD}, enrolled);
  t.regex(cut.lines.join('\n'), /nothing was changed$/);
  t.deepEqual([half.exitCode, cut.exitCode, ...half.asked, ...cut.asked], [1, 1]);
  t.is(readTextFile(config).kind, 'unreadable');

  const first = await replace(from, {...usual, code: 'CODE', cloud: CLOUD}, enrolled);
  t.is(first.exitCode, 0);
  t.deepEqual(first.asked, [`CODE ${CLOUD} ${join(elsewhere, 'identity')}`]);
  t.regex(first.lines.join('\n'), /20 unsent.*enrolled as gw-1 of demo.*cut the power.*doctor/s);
  const restored = openStore(elsewhere, 2);
  t.not(restored.outbox.epoch(), store.outbox.epoch());
  t.is(restored.outbox.acked(), 10);
  restored.close();

  const again = await replace(from, usual, enrolled);
  t.is(again.exitCode, 1);
  t.regex(again.lines.join('\n'), /is there already.*nothing was changed/s);
  const kept = await replace(from, {...usual, replace: true}, enrolled);
  t.deepEqual([kept.exitCode, kept.asked.length], [0, 0]);
  t.regex(kept.lines.join('\n'), /identity: that of the backup; a key of its own/);
  const away = {kind: 'unreachable', why: 'ECONNREFUSED'} as const;
  const offline = await replace(from, {...usual, replace: true, code: 'CODE', cloud: CLOUD}, away);
  t.is(offline.exitCode, 1);
  t.regex(
    offline.lines.join('\n'),
    /not reached.*the site is in place and only the identity is not: latchkey enroll/s,
  );
});
