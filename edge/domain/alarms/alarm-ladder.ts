import type {Millis} from '../../../protocols/base/clock.js';
import {ALARM_RULES} from '../../../protocols/site/alarm-rules.js';
import {type CallContact, type CallPlan, DEFAULT_CALLS, planOf} from '../calls/call-config.js';
import type {LotConfig} from '../lot/contract.js';
import type {AlarmRecord} from './alarm-record.js';

/** What happens next while nobody takes an alarm; `contact` of `escalated` is a place in the list of contacts. */
export type Rung =
  | {readonly step: 'escalated'; readonly afterMs: Millis; readonly contact: number}
  | {
      readonly step: 'louder' | 'cloud_1' | 'cloud_2' | 'local' | 'unanswered';
      readonly afterMs: Millis;
    };

/** All that time does to an alarm. */
export interface Ladder {
  readonly contacts: readonly CallContact[];
  /** Beyond the first contact, who is told at once; by time, and all after the alarm was raised. */
  readonly rungs: readonly Rung[];
  /** After somebody took it; undefined: nobody is reminded. */
  readonly reminders:
    | {readonly afterMs: Millis; readonly everyMs: Millis; readonly most: number}
    | undefined;
}

/** Next contacts in turn, for whatever escalates. */
export function contactLadder(contacts: readonly CallContact[]): Ladder {
  const rungs = contacts
    .map(({afterMs}, contact) => ({step: 'escalated', afterMs, contact}) as const)
    .slice(1);
  return {contacts, rungs, reminders: undefined};
}

/** The ladder of an alarm: of a call with all of its plan, of others with the contacts alone. */
export function ladderOf(alarm: AlarmRecord, config: LotConfig): Ladder {
  const {escalates} = ALARM_RULES[alarm.kind];
  if (!alarm.call) {
    const {contacts} = config;
    return escalates ? contactLadder(contacts) : {contacts, rungs: [], reminders: undefined};
  }
  const calls = config.calls ?? DEFAULT_CALLS;
  const plan = planOf(calls, alarm.call.plan);
  const contacts = plan.contacts ?? config.contacts;
  if (!escalates) return {contacts, rungs: [], reminders: undefined};
  const {remindAfterMs, remindEveryMs, local} = calls;
  const rungs: Rung[] = [
    {step: 'louder', afterMs: plan.louderMs},
    ...contactLadder(contacts).rungs,
    {step: 'cloud_1', afterMs: plan.cloudMs[0]},
    {step: 'cloud_2', afterMs: plan.cloudMs[1]},
    ...(local ? [{step: 'local', afterMs: local.afterMs} as const] : []),
    ...repeats(plan, contacts),
    {step: 'unanswered', afterMs: plan.unansweredMs},
  ];
  return {
    contacts,
    rungs: rungs.sort((left, right) => left.afterMs - right.afterMs),
    reminders: {afterMs: remindAfterMs, everyMs: remindEveryMs, most: contacts.length},
  };
}

/** The last contact is told again and again, until nobody is expected any more. */
function repeats(plan: CallPlan, contacts: readonly CallContact[]): readonly Rung[] {
  const last = contacts.length - 1;
  const from = contacts[last]?.afterMs;
  if (from === undefined || plan.repeatMs <= 0) return [];
  const again: Rung[] = [];
  for (let at = from + plan.repeatMs; at < plan.unansweredMs; at += plan.repeatMs) {
    again.push({step: 'escalated', afterMs: at, contact: last});
  }
  return again;
}
