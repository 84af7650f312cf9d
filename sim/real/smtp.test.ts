import process from 'node:process';
import test from 'ava';
import {noticeSite} from '../../cloud-sync/api/calls/notice-site.js';
import {freePort} from './mosquitto.js';
import {PeerProcess, until} from './peer-process.js';

const MOST_BYTES = 4000;
const NOWHERE = () => Promise.reject(new TypeError('no SMS here'));

test.serial(
  'a notice by mail reaches aiosmtpd whole, its Chinese words too; what it refuses is refused for good, and a server that is gone may come back',
  async t => {
    const port = await freePort();
    const server = new PeerProcess(
      '/usr/bin/python3',
      [
        ...['-u', '-m', 'aiosmtpd', '-n', '-l', `127.0.0.1:${port}`, '-s', String(MOST_BYTES)],
        ...['-c', 'aiosmtpd.handlers.Debugging', 'stdout'],
      ],
      {env: process.env},
    );
    t.teardown(() => server.end());
    const {noticePorts} = noticeSite(
      {smtp: `smtp://127.0.0.1:${port}`, smtpFrom: 'calls@latchkey.example'},
      NOWHERE,
    );
    const letter = {
      id: 'n-1',
      to: 'duty@lot.example',
      subject: '紧急呼叫',
      body: '有人按下紧急按钮\nC1',
    };
    const send = (more: object = {}) => noticePorts?.mail?.send({...letter, ...more});
    await until('it takes mail', async () => (await send())?.kind === 'sent', 20_000);
    await until('it shows it', () => server.output.includes('END MESSAGE'));
    t.regex(server.output, /^Message-ID: <n-1@latchkey.example>$/m);
    t.regex(server.output, /^From: calls@latchkey.example$/m);
    t.regex(server.output, /^To: duty@lot.example$/m);
    const [, subject = ''] = /^Subject: =\?UTF-8\?B\?([^?]+)\?=$/m.exec(server.output) ?? [];
    t.is(Buffer.from(subject, 'base64').toString(), letter.subject);
    const refused = await send({id: 'n-2', body: 'x'.repeat(2 * MOST_BYTES)});
    t.like(refused, {kind: 'failed', isFinal: true});
    await server.end();
    t.like(await send({id: 'n-3'}), {kind: 'failed', isFinal: false});
  },
);
