import {lampLight} from '../domain/lamp/lamp.js';
import type {PageAlarm, PageBay, PageConfig, PageState} from '../page/view.js';
import {ENGLISH} from '../words/english.js';
import {type CommandMachine, type CommandResult, failed, inJson, succeeded} from './command.js';
import {findDaemon} from './daemon-client.js';

const BYTES_IN_MB = 1_000_000;

/** `latchkey status`: what the running daemon sees, one line for each thing; in JSON the whole picture. */
export async function showStatus(
  path: string,
  machine: CommandMachine,
  {json}: {readonly json: boolean} = {json: false},
): Promise<CommandResult> {
  const found = findDaemon(path, machine);
  const told = (result: CommandResult) => (json ? inJson(result) : result);
  if (found.kind === 'problems') return told(failed(...found.problems));
  const answer = await found.daemon.state();
  if (answer.kind === 'silent') return told(failed(answer.why));
  return json ? succeeded(JSON.stringify(answer.body)) : succeeded(...statusLines(answer.body));
}

function statusLines(state: PageState): readonly string[] {
  const {site, cloud, storage} = state;
  return [
    `${site.id} ${site.name} (Latchkey ${site.version})`,
    `lamp ${lampText(state.lamp)}`,
    `cloud ${ENGLISH.links[cloud.link]}, ${cloud.unsent} unsent`,
    storage.state === 'ok' ? 'storage ok' : `storage fault: ${storage.detail}`,
    diskText(storage.disk),
    ...configLines(state.config),
    ...state.lines.map(
      ({id, state: now, trouble}) =>
        `line ${id} ${now}${trouble === undefined ? '' : `: ${trouble}`}`,
    ),
    ...state.collectors.map(
      ({id, health, screen}) => `collector ${id} ${health}: ${screen?.lines.join(' | ') ?? ''}`,
    ),
    ...state.bays.map(bayLine),
    ...state.devices.map(
      ({id, kind, health, reading}) => `device ${id} ${kind} ${health}: ${reading}`,
    ),
    ...state.alarms.map(alarmLine),
    ...state.warnings.map(({code, subject}) => `warning ${subject} ${ENGLISH.warnings[code]}`),
    `${state.alarms.length} open alarms`,
  ];
}

function lampText(state: PageState['lamp']): string {
  const {colour, blinks} = lampLight(state);
  return `${colour}${blinks ? ', blinking slowly' : ''}: ${state.replace('_', ' ')}`;
}

function diskText({freeBytes, wornPercent, writtenBytes}: PageState['storage']['disk']): string {
  const megabytes = (bytes: number | null) =>
    bytes === null ? 'unknown' : `${Math.round(bytes / BYTES_IN_MB)} MB`;
  const worn = wornPercent === null ? 'wear not told by this disk' : `${wornPercent} % worn`;
  return `disk ${megabytes(freeBytes)} free, ${worn}, ${megabytes(writtenBytes)} written since boot`;
}

function configLines({phase, answered, gone}: PageConfig): readonly string[] {
  if (phase === 'none') return [];
  const counts = phase === 'trial' ? `, ${gone} of ${answered} devices gone` : '';
  return [`config ${phase}${counts}`];
}

function bayLine({id, arm, occupancy, session, health, saleable}: PageBay): string {
  const facts: string[] = [arm, occupancy, health];
  if (session !== null) facts.push(ENGLISH.phases[session]);
  if (!saleable) facts.push(ENGLISH.page.withdrawn);
  return `bay ${id} ${facts.join(', ')}`;
}

function alarmLine(alarm: PageAlarm): string {
  const place = alarm.bay ?? alarm.collector ?? alarm.device ?? '';
  return `alarm ${alarm.id} ${alarm.kind} ${place} ${alarm.state} x${alarm.count}: ${alarm.detail}`;
}
