import test, {type ExecutionContext} from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {SeenPort} from '../domain/ports/port-trouble.js';
import {yieldTurn} from '../platform/event-loop.js';
import {createJsonLog} from '../platform/json-log.js';
import {PortWatch} from './port-watch.js';

const PATH = '/dev/ttyUSB0';
const ADAPTER: SeenPort = {
  path: PATH,
  byId: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0',
  byPath: '/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0',
  holder: undefined,
  group: 'dialout',
  mayOpen: true,
};

function rig(t: ExecutionContext, path = PATH) {
  const clock = new VirtualClock({yieldTurn});
  const lines: string[] = [];
  const machine = {ports: [ADAPTER] as readonly SeenPort[], links: new Map<string, string>()};
  const watch = new PortWatch({
    ...{clock, line: 'line-1', path, language: 'en'},
    log: createJsonLog({clock, level: 'info', destination: {write: line => void lines.push(line)}}),
    sight: {
      ownPid: 1,
      list: () => machine.ports,
      resolve: name =>
        machine.links.get(name) ?? machine.ports.find(port => port.path === name)?.path,
    },
  });
  t.teardown(() => {
    watch.close();
    clock.assertIdle();
  });
  const told = () =>
    lines.splice(0).map(line => {
      const {event, text} = JSON.parse(line) as {event: string; text: string};
      return `${event}: ${text}`;
    });
  return {clock, machine, watch, told};
}

test('I-10 renumbered, unplugged, replugged, busy and no permission are five different messages, the busy one with the PID', async t => {
  const {clock, machine, watch, told} = rig(t);
  watch.opened();
  machine.ports = [];
  watch.line(true);
  t.regex(told()[0] ?? '', /^port\.unplugged: \/dev\/ttyUSB0 is unplugged/);
  await clock.advance(60_000);
  t.deepEqual(told(), [], 'once, however long it lasts');
  machine.ports = [{...ADAPTER, path: '/dev/ttyUSB1'}];
  await clock.advance(5000);
  t.regex(told()[0] ?? '', /^port\.renumbered: .* number now, \/dev\/ttyUSB1: .*by-id\/usb-FTDI/);
  machine.ports = [ADAPTER];
  await clock.advance(5000);
  watch.line(false);
  t.regex(told()[0] ?? '', /^port\.replugged: \/dev\/ttyUSB0 is plugged in again after 70 s/);
  t.is(watch.trouble, undefined);

  machine.ports = [{...ADAPTER, holder: {pid: 812, name: 'ModemManager'}}];
  watch.line(true);
  t.regex(told()[0] ?? '', /^port\.busy: .* taken by ModemManager \(PID 812\)/);
  machine.ports = [{...ADAPTER, mayOpen: false}];
  await clock.advance(5000);
  t.regex(told()[0] ?? '', /^port\.denied: .* add it to the group dialout/);
  t.regex(watch.trouble ?? '', /may not be opened/);
  machine.ports = [{...ADAPTER, holder: {pid: 1, name: 'latchkey'}}];
  await clock.advance(5000);
  t.is(watch.trouble, undefined, 'held by this daemon itself: the fault lies behind the port');
  watch.line(false);
  t.deepEqual(told(), [], 'it was never away');
});

test('a name that moves with the adapter is unplugged, never renumbered; a twin in its place is told apart', t => {
  const byId = ADAPTER.byId ?? '';
  const stays = rig(t, byId);
  stays.machine.links.set(byId, PATH);
  stays.watch.opened();
  stays.machine.links.clear();
  stays.machine.ports = [];
  stays.watch.line(true);
  t.regex(stays.told()[0] ?? '', /^port\.unplugged/);

  const twin = (path: string, socket: number): SeenPort => ({
    ...ADAPTER,
    path,
    byId: '/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0',
    byPath: `/dev/serial/by-path/pci-0000:00:14.0-usb-0:${socket}:1.0-port0`,
  });
  const {machine, watch, told} = rig(t);
  machine.ports = [twin('/dev/ttyUSB0', 1), twin('/dev/ttyUSB1', 2)];
  watch.opened();
  // After a restart of the hub they have changed numbers.
  machine.ports = [twin('/dev/ttyUSB0', 2), twin('/dev/ttyUSB1', 1)];
  watch.line(true);
  t.regex(told()[0] ?? '', /^port\.renumbered: .* \/dev\/ttyUSB1/);
});
