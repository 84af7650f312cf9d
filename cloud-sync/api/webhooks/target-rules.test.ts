import test from 'ava';
import {isPublicAddress, targetFault} from './target-rules.js';

test('only addresses of the internet are public, however they are written', t => {
  for (const address of ['93.184.216.34', '8.8.8.8', '2606:4700::1111', '2a00:1450::1']) {
    t.true(isPublicAddress(address), address);
  }
  const home = [
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254'],
    ...['0.0.0.0', '100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '192.0.2.1'],
    ...['::1', '::', 'fe80::1', 'fc00::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
    ...['64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', '2001::1', 'no address', ''],
  ];
  for (const address of home) t.false(isPublicAddress(address), address);
});

test('a URL is refused for what is written in it', t => {
  t.is(targetFault('https://hooks.example.com/in?x=1'), undefined);
  t.is(targetFault('https://hooks.example.com:443/'), undefined);
  t.is(targetFault('https://93.184.216.34/'), undefined);
  t.is(targetFault('hooks.example.com'), 'not a URL');
  t.is(targetFault('http://hooks.example.com/'), 'not https');
  t.is(targetFault('file:///etc/passwd'), 'not https');
  t.is(targetFault('https://me:secret@hooks.example.com/'), 'a name and password in the URL');
  t.is(targetFault('https://hooks.example.com:8443/'), 'a port other than 443');
  const home = [
    ...['https://localhost/', 'https://LOCALHOST./', 'https://gateway/', 'https://x.local/'],
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://017700000001/'],
    ...['https://[::1]/', 'https://[::ffff:10.0.0.1]/', 'https://169.254.169.254/latest/meta-data'],
    ...['https://metadata.google.internal/', 'https://a.localhost/'],
  ];
  for (const url of home) {
    t.is(targetFault(url), 'an address inside of a private network', url);
  }
});
