/** What the wizard says and asks. Answers are one letter or a name, the same in both languages. */
export interface SetupWords {
  readonly noPort: string;
  readonly again: string;
  readonly idPrompt: string;
  readonly namePrompt: string;
  readonly zonePrompt: string;
  readonly personPrompt: string;
  readonly clean: string;
  readonly noBay: string;
  portHeld(path: string, holder: string): string;
  portDenied(path: string, group: string): string;
  scanning(path: string): string;
  silentPort(path: string): string;
  found(path: string, baudRate: number, units: string): string;
  otherSpeed(unit: number, unitBaud: number, lineBaud: number): string;
  portTrouble(why: string): string;
  mendOrSkip(path: string): string;
  tapReader(path: string): string;
  noReader(path: string): string;
  written(bays: number): string;
  left(what: string): string;
  replaceSite: string;
  notStarted: string;
  missing(devices: string): string;
  mayMove(bay: string): string;
  whichMoved(bay: string): string;
  unknownBay(answer: string, bays: readonly string[]): string;
  notMoved(bay: string, why: string): string;
  exchanged(bay: string, lock: string): string;
  contradiction: string;
  done(proven: number, unproven: readonly string[]): string;
}

const ENGLISH: SetupWords = {
  noPort: 'no serial port is free: plug the adapters in, then start again',
  again: 'press Enter to look again, q to give up: ',
  idPrompt: 'short name of the site, letters and digits [lot-1]: ',
  namePrompt: 'name that people read [Car park]: ',
  zonePrompt: 'time zone [Asia/Shanghai]: ',
  personPrompt: 'your name, for the log [Installer]: ',
  clean: 'nothing is wrong with this line',
  noBay:
    'no lock was found that has a display, a call button and a reader beside it: nothing is written',
  portHeld: (path, holder) => `${path}: left alone, held by ${holder}`,
  portDenied: (path, group) => `${path}: left alone, this user is not of group ${group}`,
  scanning: path => `${path}: asking addresses 1 to 32 at 9600, 19200 and 38400`,
  silentPort: path =>
    `${path}: is this a line of devices (l), a card reader (r) or nothing of this site (n)? [r]: `,
  found: (path, baudRate, units) => `${path}: ${baudRate} Bd: ${units}`,
  otherSpeed: (unit, unitBaud, lineBaud) =>
    `device ${unit} talks at ${unitBaud} Bd, and its line at ${lineBaud} Bd\n    -> set the speed of device ${unit} to ${lineBaud} Bd`,
  portTrouble: why => `${why}\n    -> look at the plug of the adapter`,
  mendOrSkip: path => `${path}: mend it, then press Enter to scan again; s goes on as it is: `,
  tapReader: path =>
    `hold a card to the reader that stands by the line ${path} (Enter when you did): `,
  noReader: path => `no card was heard for the line ${path}; s leaves it out, Enter tries again: `,
  written: bays => `site.yaml is written: ${bays} bays`,
  left: what => `not in the site file: ${what}`,
  replaceSite: 'a site file is there already; y puts the new one in its place, Enter keeps it: ',
  notStarted: 'the site does not start:',
  missing: devices => `do not answer: ${devices}`,
  mayMove: bay =>
    `${bay}: its arm goes down and up now; is the bay clear? Enter goes on, s leaves it out: `,
  whichMoved: bay => `which arm went down? Enter: ${bay}; else the name of its bay; n: none: `,
  unknownBay: (answer, bays) => `${answer} is none of ${bays.join(', ')}`,
  notMoved: (bay, why) => `${bay} did not move: ${why}`,
  exchanged: (bay, lock) => `${bay} has lock ${lock} now, as you saw`,
  contradiction: 'two locks were seen at one bay: look at the addresses, then start again',
  done: (proven, unproven) =>
    unproven.length === 0
      ? `the site works: ${proven} locks moved before your eyes. Start it: systemctl enable --now latchkey, or latchkey run`
      : `${proven} locks moved before your eyes; still to be tried: ${unproven.join(', ')} (latchkey lock test)`,
};

const CHINESE: SetupWords = {
  noPort: '没有可用的串口：请插好适配器后重新开始',
  again: '按回车重新查找，q 放弃：',
  idPrompt: '站点简称，字母和数字 [lot-1]：',
  namePrompt: '显示名称 [停车场]：',
  zonePrompt: '时区 [Asia/Shanghai]：',
  personPrompt: '您的姓名，用于记录 [安装人员]：',
  clean: '这条总线没有问题',
  noBay: '没有找到配有显示屏、呼叫按钮和读卡器的锁：未写入任何内容',
  portHeld: (path, holder) => `${path}：已被 ${holder} 占用，跳过`,
  portDenied: (path, group) => `${path}：当前用户不属于组 ${group}，跳过`,
  scanning: path => `${path}：正在以 9600、19200 和 38400 询问地址 1 至 32`,
  silentPort: path => `${path}：这是设备总线 (l)、读卡器 (r)，还是与本站点无关 (n)？[r]：`,
  found: (path, baudRate, units) => `${path}：${baudRate} Bd：${units}`,
  otherSpeed: (unit, unitBaud, lineBaud) =>
    `设备 ${unit} 使用 ${unitBaud} Bd，而总线使用 ${lineBaud} Bd\n    -> 请把设备 ${unit} 的波特率设为 ${lineBaud} Bd`,
  portTrouble: why => `${why}\n    -> 检查适配器的插头`,
  mendOrSkip: path => `${path}：修好后按回车重新扫描；s 按现状继续：`,
  tapReader: path => `请在总线 ${path} 旁的读卡器上刷一张卡（刷后按回车）：`,
  noReader: path => `总线 ${path} 没有听到刷卡；s 跳过，回车重试：`,
  written: bays => `已写入 site.yaml：${bays} 个车位`,
  left: what => `未写入站点文件：${what}`,
  replaceSite: '站点文件已存在；y 用新的替换，回车保留：',
  notStarted: '站点无法启动：',
  missing: devices => `没有应答：${devices}`,
  mayMove: bay => `${bay}：锁臂将放下并升起；车位是否空着？回车继续，s 跳过：`,
  whichMoved: bay => `哪个锁臂放下了？回车：${bay}；否则输入车位名；n：都没有：`,
  unknownBay: (answer, bays) => `${answer} 不在 ${bays.join('、')} 之中`,
  notMoved: (bay, why) => `${bay} 没有动作：${why}`,
  exchanged: (bay, lock) => `按您所见，${bay} 现在使用锁 ${lock}`,
  contradiction: '同一车位看到了两把锁：请检查地址后重新开始',
  done: (proven, unproven) =>
    unproven.length === 0
      ? `站点已可使用：${proven} 把锁已当面动作。启动：systemctl enable --now latchkey，或 latchkey run`
      : `${proven} 把锁已当面动作；还需测试：${unproven.join('、')}（latchkey lock test）`,
};

export const SETUP_WORDS: Readonly<Record<'en' | 'zh-CN', SetupWords>> = {
  en: ENGLISH,
  'zh-CN': CHINESE,
};
