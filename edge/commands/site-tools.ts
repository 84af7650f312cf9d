import {DeviceTests} from '../device-test/device-tests.js';
import {framesOf} from '../device-test/wire-test.js';
import type {ToolOptions} from '../page/tool-routes.js';
import type {PermitDesk} from '../permit/permit-desk.js';
import {isoTime} from '../platform/iso-time.js';
import type {LogTap} from '../platform/log-tap.js';
import type {LockNote, TestNote} from '../report/commissioning-sheet.js';
import type {EdgeDaemon} from '../runtime/edge-daemon.js';

/** Among so many of the latest events tests are looked for: more than a day of a busy lot. */
const LATEST_EVENTS = 10_000;

/** What an installer's commands ask of a daemon that runs. */
export function siteTools(daemon: EdgeDaemon, log: LogTap, permits?: PermitDesk): ToolOptions {
  const parts = daemon.site.testParts();
  const tests = new DeviceTests(parts);
  return {
    ...{log, ...(permits ? {permits} : {})},
    test: request => tests.run(request),
    notes: () => ({locks: lockNotes(daemon), tests: testNotes(daemon)}),
    frames: (device, sinceMs) => {
      const wire = parts.wireOf(device);
      if (!wire) return [];
      return framesOf(wire, sinceMs).map(frame => ({line: wire.line, ...frame}));
    },
  };
}

function lockNotes(daemon: EdgeDaemon): readonly LockNote[] {
  return [...daemon.site.lot.bays.values()].flatMap(({lockTest}) => lockTest ?? []);
}

function testNotes({store: {outbox}}: EdgeDaemon): readonly TestNote[] {
  const from = Math.max(outbox.low(), outbox.head() - LATEST_EVENTS);
  return outbox
    .read(from, LATEST_EVENTS)
    .filter(({kind}) => kind === 'device.event')
    .flatMap(({body, wallMs}) => {
      const {device, event, data} = JSON.parse(body);
      if (event !== 'test') return [];
      const {what, result, person} = data;
      return [{device, what, result, person, at: isoTime(wallMs)}];
    });
}
