import test from 'ava';
import {LinkError} from '../../protocols/base/errors.js';
import {type PushHandler, PushServer} from './push-server.js';

async function withServer(
  handler: PushHandler,
  run: (place: string, port: number) => Promise<void>,
  onTrouble?: (code: string, text: string) => void,
): Promise<void> {
  const handlers = new Map([['/cameras/gate-1', handler]]);
  const server = new PushServer({port: 0, handlers, ...(onTrouble && {onTrouble})});
  const port = await server.open();
  try {
    await run(`http://127.0.0.1:${port}`, port);
  } finally {
    await server.close();
  }
}

const post = (url: string, body: string) => fetch(url, {method: 'POST', body});

test('a push is answered by the handler of its path', async t => {
  const bodies: string[] = [];
  const handler: PushHandler = {
    longestBodyBytes: 100,
    answer: body => {
      bodies.push(new TextDecoder().decode(body));
      return {status: 200, json: {heard: '粤'}};
    },
  };
  await withServer(handler, async place => {
    const response = await post(`${place}/cameras/gate-1?x=1`, '粤B12345');
    t.is(response.status, 200);
    t.deepEqual(await response.json(), {heard: '粤'});
    t.is((await post(`${place}/cameras/gate-2`, 'x')).status, 404);
    t.is((await fetch(`${place}/cameras/gate-1`)).status, 405);
    t.is((await post(`${place}/cameras/gate-1`, 'x'.repeat(101))).status, 413);
  });
  t.deepEqual(bodies, ['粤B12345']);
});

test('what a handler throws is told, and the camera is asked to send again', async t => {
  const heard: string[] = [];
  const handler: PushHandler = {
    longestBodyBytes: 100,
    answer: () => {
      throw new RangeError('disk full');
    },
  };
  await withServer(
    handler,
    async place => {
      const response = await post(`${place}/cameras/gate-1`, 'x');
      t.is(response.status, 500);
      t.deepEqual(await response.json(), {error: 'not stored, send again'});
    },
    (code, text) => heard.push(`${code} ${text}`),
  );
  t.deepEqual(heard, ['camera/failed disk full']);
});

test('a port that is taken, and a place that is not ours, are refused by code', async t => {
  const handler: PushHandler = {longestBodyBytes: 1, answer: () => ({status: 200, json: {}})};
  await withServer(handler, async (_place, port) => {
    const second = new PushServer({port, handlers: new Map()});
    t.is((await t.throwsAsync(second.open(), {instanceOf: LinkError}))?.code, 'port/locked');
  });
  const strange = new PushServer({host: '203.0.113.1', port: 0, handlers: new Map()});
  t.is((await t.throwsAsync(strange.open(), {instanceOf: LinkError}))?.code, 'port/missing');
});
