import {readFileSync} from 'node:fs';
import test from 'ava';
import {type AdapterMark, portRules} from './port-rules.js';

const SOCKET = 'pci-0000:00:14.0-usb-0:';

function adapter(
  vendorId: string,
  serialNumber: string | undefined,
  socket: number,
  interfaceNumber = '00',
): AdapterMark {
  return {vendorId, serialNumber, socket: `${SOCKET}${socket}:1.0`, interfaceNumber};
}

function rulesOf(text: string): readonly string[] {
  return text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
}

test('~I-10 adapters keep /dev/site/rs485-N: by serial number, twins by their socket, others get none', t => {
  const text = portRules([
    adapter('0403', 'A50285BI', 1),
    adapter('1a86', undefined, 2),
    adapter('1a86', undefined, 3),
    adapter('10c4', '0001', 4),
    adapter('2341', 'ARDUINO1', 5),
  ]);
  t.deepEqual(rulesOf(text), [
    'SUBSYSTEM=="tty", ENV{ID_SERIAL_SHORT}=="A50285BI", ENV{ID_USB_INTERFACE_NUM}=="00", SYMLINK+="site/rs485-0"',
    `SUBSYSTEM=="tty", ENV{ID_PATH}=="${SOCKET}2:1.0", SYMLINK+="site/rs485-1"`,
    `SUBSYSTEM=="tty", ENV{ID_PATH}=="${SOCKET}3:1.0", SYMLINK+="site/rs485-2"`,
    `SUBSYSTEM=="tty", ENV{ID_PATH}=="${SOCKET}4:1.0", SYMLINK+="site/rs485-3"`,
  ]);
});

test('~I-10 a name that was given stays, whatever is plugged in or out and in whatever order', t => {
  const first = adapter('0403', 'A50285BI', 1);
  const second = adapter('0403', 'A50299ZZ', 2);
  const before = portRules([first, second]);
  t.is(portRules([second, first], before), before);
  t.is(portRules([], before), before, 'an adapter that is out keeps its name');
  const third = portRules([adapter('0403', 'A5030000', 3), second], before);
  t.true(third.includes('A5030000", ENV{ID_USB_INTERFACE_NUM}=="00", SYMLINK+="site/rs485-2"'));
});

test('two adapters under one number, and two ports of one adapter, are each told apart', t => {
  const clones = portRules([adapter('0403', 'AB0CDEFG', 1), adapter('0403', 'AB0CDEFG', 2)]);
  t.is(rulesOf(clones).filter(line => line.includes('ID_PATH')).length, 2);
  const two = portRules([
    adapter('0403', 'FT4X1234', 1, '00'),
    adapter('0403', 'FT4X1234', 1, '01'),
  ]);
  t.deepEqual(
    rulesOf(two).map(line => /INTERFACE_NUM\}=="(\d\d)"/.exec(line)?.[1]),
    ['00', '01'],
  );
});

test('the rules for chips name CH340, CP210x and FTDI', t => {
  const text = readFileSync('edge/install/60-latchkey.rules', 'utf8');
  for (const vendor of ['1a86', '10c4', '0403'])
    t.true(text.includes(`ATTRS{idVendor}=="${vendor}"`));
});
