import test from 'ava';
import {hostProblem, originProblem, type RequestOrigin, tokenProblem} from './request-guard.js';

const request = (changes: Partial<RequestOrigin>): RequestOrigin => ({
  host: '127.0.0.1:8080',
  origin: undefined,
  token: 'secret',
  ...changes,
});

const admits = test.macro((t, host: string, configuredHost: string) => {
  t.is(hostProblem(request({host}), configuredHost), undefined);
});
const rejects = test.macro((t, host: string | undefined, configuredHost: string) => {
  t.deepEqual(hostProblem(request({host}), configuredHost), {
    where: 'header Host',
    expected: `a loopback name or ${configuredHost}`,
    got: host ?? 'none',
  });
});

test('loopback address', admits, '127.0.0.1:8080', '127.0.0.1');
test('loopback name in capitals, without a port', admits, 'LOCALHOST', '127.0.0.1');
test('loopback of IPv6', admits, '[::1]:8080', '127.0.0.1');
test('configured name', admits, 'gate.lan:8080', 'gate.lan');
test('configured address of IPv6', admits, '[fd00::5]:8080', 'fd00::5');
test('any address literal where it listens on all', admits, '192.168.1.20:8080', '0.0.0.0');
test('a stranger whose name resolves to loopback', rejects, 'evil.example:8080', '127.0.0.1');
test('a name where it listens on all addresses', rejects, 'evil.example', '0.0.0.0');
test('a name that only begins like an address', rejects, '127.0.0.1.evil.example', '0.0.0.0');
test('another address literal', rejects, '192.168.1.20', '127.0.0.1');
test('no host at all', rejects, undefined, '127.0.0.1');

test('the own page and a program without an origin may act', t => {
  t.is(originProblem(request({origin: 'http://127.0.0.1:8080'})), undefined);
  t.is(originProblem(request({})), undefined);
});

test('another origin may not act', t => {
  for (const origin of ['http://evil.example', 'http://127.0.0.1:9090', 'null']) {
    t.is(originProblem(request({origin}))?.got, origin);
  }
});

test('a wrong token is refused without telling it', t => {
  t.is(tokenProblem(request({}), 'secret'), undefined);
  t.is(tokenProblem(request({token: undefined}), 'secret')?.got, 'none');
  t.is(tokenProblem(request({token: 'secre'}), 'secret')?.got, 'another one');
  t.is(tokenProblem(request({token: ''}), 'secret')?.where, 'header X-Latchkey-Token');
});
