import type {WiringFinding} from '../../drivers/wiring/classifier.js';
import type {Language} from './dictionary.js';

/** What was found on a line, and what to do next, as an installer reads it. */
export interface WiringSentence {
  readonly found: string;
  readonly next: string;
}

type Writers = {
  readonly [Kind in WiringFinding['kind']]: (
    finding: Extract<WiringFinding, {kind: Kind}>,
  ) => WiringSentence;
};

const ENGLISH: Writers = {
  nothing: () => ({
    found: 'not one byte came back',
    next: 'check the power of the devices, that this is the right port, the speed, and that A and B are not swapped',
  }),
  echoOnly: () => ({
    found: 'only our own bytes came back: the adapter hears itself, and no device is heard',
    next: 'the adapter works, so look at the cable, the power of the devices, A and B, and the speed; set "echo: true" for this adapter',
  }),
  echo: () => ({
    found: 'the adapter hears its own sending',
    next: 'set "echo: true" for this line, or tie the receiver enable of the adapter to its driver enable',
  }),
  allGarbage: () => ({
    found: 'all garbage: bytes come back, and not one of them belongs to a sound frame',
    next: 'try the other speeds and parities, swap A and B, and fit 120 ohm at both ends of the cable',
  }),
  failsWithLoad: ({errorPercent}) => ({
    found: `${errorPercent} % of the frames break when all devices talk in turn, and none when they are asked one by one`,
    next: 'fit termination (120 ohm) at the two ends only, and bias resistors at one place; shorten stubs',
  }),
  errors: ({unit, errorPercent}) => ({
    found: `device ${unit}: ${errorPercent} % of its frames are broken`,
    next: 'look at its plug, its stub and its earth; then at termination and cable',
  }),
  clash: ({unit}) => ({
    found: `device ${unit}: its answers break or come twice while the others are sound: two devices bear this address`,
    next: 'unplug one device after the other and see which address stays alive; one that is missing elsewhere probably bears it',
  }),
  foreign: ({unit, heard}) => ({
    found: `device ${heard} answered when device ${unit} was asked`,
    next: 'an answer came late, or an address is set twice: look at both devices',
  }),
  exception: ({unit, exceptionCode}) => ({
    found: `device ${unit} is alive and refuses the register (exception ${exceptionCode})`,
    next: 'the wiring is right; choose the profile that fits its model',
  }),
};

const CHINESE: Writers = {
  nothing: () => ({
    found: '没有收到任何字节',
    next: '检查设备电源、端口是否正确、波特率，以及 A、B 线是否接反',
  }),
  echoOnly: () => ({
    found: '只收到自己发出的字节：适配器有回声，听不到任何设备',
    next: '适配器正常；检查电缆、设备电源、A/B 线和波特率，并为此适配器设置 "echo: true"',
  }),
  echo: () => ({
    found: '适配器会收到自己发出的数据',
    next: '为此总线设置 "echo: true"，或把适配器的接收使能与发送使能相连',
  }),
  allGarbage: () => ({
    found: '全是乱码：有字节返回，但没有一帧是完好的',
    next: '尝试其他波特率和校验位，对调 A、B 线，并在电缆两端各接 120 欧姆终端电阻',
  }),
  failsWithLoad: ({errorPercent}) => ({
    found: `逐台询问时正常，全部设备轮流通信时有 ${errorPercent} % 的帧损坏`,
    next: '只在电缆两端接终端电阻（120 欧姆），在一处接偏置电阻，并缩短支线',
  }),
  errors: ({unit, errorPercent}) => ({
    found: `设备 ${unit}：${errorPercent} % 的帧损坏`,
    next: '检查该设备的插头、支线和接地，然后检查终端电阻和电缆',
  }),
  clash: ({unit}) => ({
    found: `设备 ${unit}：其他设备正常，唯独它的应答损坏或出现两次：有两台设备使用此地址`,
    next: '逐台拔下设备，看哪个地址仍有应答；别处缺失的那台设备很可能占用了它',
  }),
  foreign: ({unit, heard}) => ({
    found: `询问设备 ${unit} 时，应答的是设备 ${heard}`,
    next: '应答迟到，或地址重复：检查这两台设备',
  }),
  exception: ({unit, exceptionCode}) => ({
    found: `设备 ${unit} 在线，但拒绝该寄存器（异常码 ${exceptionCode}）`,
    next: '接线正确；请选择与型号相符的配置文件',
  }),
};

const WRITERS: Readonly<Record<Language, Writers>> = {en: ENGLISH, 'zh-CN': CHINESE};

/** Both sentences for a finding, in the language of the site. */
export function wiringSentence(finding: WiringFinding, language: Language): WiringSentence {
  // The key and the finding come from one value: TypeScript cannot see that they belong together.
  const write = WRITERS[language][finding.kind] as (one: WiringFinding) => WiringSentence;
  return write(finding);
}
