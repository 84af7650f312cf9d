import type {PortMessage} from '../domain/ports/port-trouble.js';
import type {Language} from './dictionary.js';

const ENGLISH = (message: PortMessage): string => {
  const {path} = message;
  switch (message.kind) {
    case 'unplugged':
      return `${path} is unplugged: look at the adapter, its plug and its power; it is opened by itself when it is back`;
    case 'renumbered':
      return `${path} has another number now, ${message.now}: name it ${message.better} in the site file, that stays`;
    case 'replugged':
      return `${path} is plugged in again after ${message.awaySeconds} s and works`;
    case 'busy':
      return `${path} is taken by ${message.name || 'a process'} (PID ${message.pid}): end it, one port has one owner`;
    case 'denied':
      return `${path} may not be opened by this user: add it to the group ${message.group} and start again`;
  }
};

const CHINESE = (message: PortMessage): string => {
  const {path} = message;
  switch (message.kind) {
    case 'unplugged':
      return `${path} 已拔出：请检查转换器、插头和电源，插回后自动恢复`;
    case 'renumbered':
      return `${path} 的编号已变为 ${message.now}：请在站点文件中写 ${message.better}，该名称不会变`;
    case 'replugged':
      return `${path} 断开 ${message.awaySeconds} 秒后已插回，工作正常`;
    case 'busy':
      return `${path} 被 ${message.name || '其他进程'}（PID ${message.pid}）占用：请结束该进程，一个串口只能有一个使用者`;
    case 'denied':
      return `当前用户无权打开 ${path}：请将用户加入 ${message.group} 组后重新启动`;
  }
};

/** One sentence: what is wrong with a port, and the next step. */
export function portSentence(message: PortMessage, language: Language): string {
  return language === 'en' ? ENGLISH(message) : CHINESE(message);
}
