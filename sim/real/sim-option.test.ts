import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import test from 'ava';

const PROGRAM = fileURLToPath(new URL('../../bin/latchkey.js', import.meta.url));

function latchkey(...args: readonly string[]): Promise<{code: number | null; out: string}> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: {...process.env, UV_THREADPOOL_SIZE: '24'},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      out += text.toString();
    });
  }
  return new Promise(resolve => child.once('exit', code => resolve({code, out})));
}

test('~I-18 commands run at a simulated site with --sim: a lock is tried over its wire, and a line without a daemon is scanned', async t => {
  t.timeout(90_000);
  const tried = await latchkey('lock', 'test', 'L-A-001', 'down', '--sim', '--json');
  t.is(tried.code, 0, tried.out);
  const report = JSON.parse(tried.out.trim());
  t.like(report, {kind: 'lock', device: 'L-A-001', result: 'passed'});
  t.true(
    report.frames.some(
      ({kind, hex}: {kind: string; hex: string}) => kind === 'tx' && /^0106/.test(hex),
    ),
  );

  const scan = ['scan', 'bus', '--port', 'line-C1', '--to', '9', '--baud', '9600', '--sim'];
  const scanned = await latchkey(...scan);
  t.is(scanned.code, 0, scanned.out);
  for (let unit = 1; unit <= 8; unit += 1)
    t.regex(scanned.out, new RegExp(`^9600 Bd +unit ${unit} +values`, 'm'));
});
