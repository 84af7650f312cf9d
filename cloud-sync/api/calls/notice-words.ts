import {unreachable} from '../../../protocols/base/errors.js';
import type {CallType} from '../../../protocols/site/calls.js';

export const NOTICE_LANGUAGES = ['zh-CN', 'en'] as const;
export type NoticeLanguage = (typeof NOTICE_LANGUAGES)[number];

/** What a notice says: of no person anything. */
export type NoticeData =
  | {
      readonly kind: 'call';
      readonly why: 'step' | 'repeat' | 'gateway_silent' | 'unanswered' | 'not_ended';
      readonly type: CallType;
      readonly site: string;
      /** Bay, stall or post; null: the whole site. */
      readonly place: string | null;
      /** `EMERGENCY_BUTTON` */
      readonly alarm: string;
      /** Since the call was made. */
      readonly ageMinutes: number;
    }
  | {
      readonly kind: 'incident';
      readonly site: string;
      readonly incident: string;
      readonly count: number;
    }
  | {readonly kind: 'gateway'; readonly site: string; readonly gateway: string}
  | {readonly kind: 'missed'; readonly site: string; readonly what: 'test' | 'path'}
  | {readonly kind: 'test'; readonly site: string; readonly isPath: boolean};

export interface NoticeText {
  readonly subject: string;
  readonly body: string;
}

interface Words {
  readonly types: Readonly<Record<CallType, string>>;
  readonly alarms: Readonly<Record<string, string>>;
  readonly whys: Readonly<Record<Extract<NoticeData, {kind: 'call'}>['why'], string>>;
  readonly incidents: Readonly<Record<string, string>>;
  readonly call: (said: {
    readonly type: string;
    readonly site: string;
    readonly place: string;
    readonly alarm: string;
    readonly ageMinutes: number;
  }) => NoticeText;
  readonly wholeSite: string;
  readonly incident: (site: string, incident: string, count: number) => NoticeText;
  readonly gateway: (site: string, gateway: string) => NoticeText;
  readonly missed: Readonly<Record<'test' | 'path', (site: string) => NoticeText>>;
  readonly test: (site: string, isPath: boolean) => NoticeText;
  readonly takeIt: (code: string, link: string | undefined) => string;
  readonly answer: (code: string, link: string | undefined) => string;
}

const ENGLISH: Words = {
  types: {emergency: 'EMERGENCY', assistance: 'Call', fault: 'Fault', test: 'Test'},
  alarms: {
    EMERGENCY_BUTTON: 'emergency button pressed',
    UNLOCK_FAILED: 'a lock does not open',
    RELOCK_FAILED: 'a lock does not close',
    BATHER_SILENT: 'no movement in a shower',
    LEAK: 'water runs where none should',
    HOT_WATER: 'water too hot',
    TAMPER: 'somebody tampers with a device',
    BUS_DOWN: 'a line of devices is silent',
    FIRE: 'fire alarm',
    SITE_INCIDENT: 'many devices fail at once',
  },
  whys: {
    step: '',
    repeat: 'Still nobody has taken it.',
    gateway_silent: 'The site is not heard of any more: nobody there may know.',
    unanswered: 'Nobody has taken it: this is the last notice.',
    not_ended: 'It was taken, and has not ended.',
  },
  incidents: {flood: 'many locks fail at once', silent: 'many devices are silent'},
  call: ({type, site, place, alarm, ageMinutes}) => ({
    subject: `${type}: ${site}, ${place}`,
    body: `${type} at ${site}, ${place}: ${alarm}, ${minutesEn(ageMinutes)} ago.`,
  }),
  wholeSite: 'whole site',
  incident: (site, incident, count) => ({
    subject: `Incident: ${site}`,
    body: `Incident at ${site}: ${incident} (${count}). Sales there are stopped.`,
  }),
  gateway: (site, gateway) => ({
    subject: `Not heard of: ${site}`,
    body: `Nothing is heard of ${gateway} at ${site}. The site goes on by itself; its calls do not reach you.`,
  }),
  missed: {
    test: site => ({
      subject: `Test missed: ${site}`,
      body: `The daily test of notices of ${site} was not answered: calls may not reach their contacts.`,
    }),
    path: site => ({
      subject: `Path test missed: ${site}`,
      body: `No test call from a button of ${site} came through for 3 days.`,
    }),
  },
  test: (site, isPath) => ({
    subject: `Test: ${site}`,
    body: isPath
      ? `This is a test of the call path of ${site}: a button was tested there.`
      : `This is the daily test of notices of ${site}.`,
  }),
  takeIt: (code, link) => `To take it: ${link ?? `code ${code}`}`,
  answer: (code, link) => `Please answer: ${link ?? `code ${code}`}`,
};

const CHINESE: Words = {
  types: {emergency: '紧急呼叫', assistance: '求助呼叫', fault: '设备故障', test: '测试'},
  alarms: {
    EMERGENCY_BUTTON: '有人按下紧急按钮',
    UNLOCK_FAILED: '车位锁无法打开',
    RELOCK_FAILED: '车位锁无法升起',
    BATHER_SILENT: '淋浴间长时间无动静',
    LEAK: '关阀后仍有水流',
    HOT_WATER: '水温过高',
    TAMPER: '设备被拆动',
    BUS_DOWN: '总线设备无应答',
    FIRE: '消防报警',
    SITE_INCIDENT: '多台设备同时故障',
  },
  whys: {
    step: '',
    repeat: '仍无人接听处理。',
    gateway_silent: '现场已失去联系，值班员可能不知情。',
    unanswered: '无人处理，这是最后一次通知。',
    not_ended: '已有人接手，但尚未结束。',
  },
  incidents: {flood: '多把车位锁同时故障', silent: '多台设备失联'},
  call: ({type, site, place, alarm, ageMinutes}) => ({
    subject: `${type}：${site} ${place}`,
    body: `${site} ${place} ${type}：${alarm}，${ageMinutes < 1 ? '刚刚' : `${ageMinutes} 分钟前`}。`,
  }),
  wholeSite: '全场',
  incident: (site, incident, count) => ({
    subject: `现场事件：${site}`,
    body: `${site} 现场事件：${incident}（${count}）。该场已停止预订。`,
  }),
  gateway: (site, gateway) => ({
    subject: `失联：${site}`,
    body: `${site} 的网关 ${gateway} 已失联。现场仍自行运行，但呼叫无法送达。`,
  }),
  missed: {
    test: site => ({
      subject: `测试未应答：${site}`,
      body: `${site} 的每日通知测试无人应答，呼叫可能无法送达联系人。`,
    }),
    path: site => ({
      subject: `全程测试缺失：${site}`,
      body: `${site} 已有 3 天没有按钮测试呼叫送达。`,
    }),
  },
  test: (site, isPath) => ({
    subject: `测试：${site}`,
    body: isPath ? `${site} 呼叫全程测试：现场按钮测试。` : `${site} 每日通知测试。`,
  }),
  takeIt: (code, link) => `接手处理：${link ?? `代码 ${code}`}`,
  answer: (code, link) => `请应答：${link ?? `代码 ${code}`}`,
};

const WORDS: Readonly<Record<NoticeLanguage, Words>> = {'zh-CN': CHINESE, en: ENGLISH};

/** What one contact reads. `link`: where he answers; undefined: he says the code. */
export function noticeText(
  data: NoticeData,
  language: NoticeLanguage,
  {code, link}: {readonly code: string; readonly link: string | undefined},
): NoticeText {
  const words = WORDS[language];
  switch (data.kind) {
    case 'call': {
      const {type, site, place, alarm, ageMinutes, why} = data;
      const {subject, body} = words.call({
        ...{type: words.types[type], site, place: place ?? words.wholeSite, ageMinutes},
        alarm: words.alarms[alarm] ?? alarm,
      });
      return {subject, body: joined(body, words.whys[why], words.takeIt(code, link))};
    }
    case 'incident':
      return words.incident(data.site, words.incidents[data.incident] ?? data.incident, data.count);
    case 'gateway':
      return words.gateway(data.site, data.gateway);
    case 'missed':
      return words.missed[data.what](data.site);
    case 'test': {
      const {subject, body} = words.test(data.site, data.isPath);
      return {subject, body: joined(body, words.answer(code, link))};
    }
    default:
      return unreachable(data, 'notice');
  }
}

function joined(...parts: readonly string[]): string {
  return parts.filter(part => part !== '').join(' ');
}

function minutesEn(minutes: number): string {
  if (minutes < 1) return 'less than a minute';
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
