import type {PageAlarm, PageBay, PageConfig, PageState} from '../page/view.js';
import {ENGLISH} from '../words/english.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {findDaemon} from './daemon-client.js';

/** `latchkey status`: what the running daemon sees, one line for each thing. */
export async function showStatus(path: string, machine: CommandMachine): Promise<CommandResult> {
  const found = findDaemon(path, machine);
  if (found.kind === 'problems') return failed(...found.problems);
  const answer = await found.daemon.state();
  if (answer.kind === 'silent') return failed(answer.why);
  return succeeded(...statusLines(answer.body));
}

function statusLines(state: PageState): readonly string[] {
  const {site, cloud, storage} = state;
  return [
    `${site.id} ${site.name} (Latchkey ${site.version})`,
    `cloud ${ENGLISH.links[cloud.link]}, ${cloud.unsent} unsent`,
    storage.state === 'ok' ? 'storage ok' : `storage fault: ${storage.detail}`,
    ...configLines(state.config),
    ...state.lines.map(line => `line ${line.id} ${line.state}`),
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
