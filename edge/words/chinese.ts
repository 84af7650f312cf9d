import type {ShowerShown, ToldReason} from '../domain/lot/display-message.js';
import {litres, yuan} from './amounts.js';
import {CHINESE_CALLS} from './calls-chinese.js';
import type {Dictionary} from './dictionary.js';
import {CHINESE_PAGE} from './page-chinese.js';

const REFUSALS: Readonly<Record<ToldReason, string>> = {
  NOT_YET_VALID: '未到使用时间',
  EXPIRED: '已过期',
  REVOKED: '已注销',
  BLOCKED: '已冻结',
  ALREADY_USED: '已使用过',
  OTHER_POINT: '不是本处车位',
  OTHER_SITE: '不是本停车场',
  NEEDS_GUARD: '无法确认有效',
};

function waitText(leftMs: number): string {
  return leftMs > 120_000 ? `${Math.ceil(leftMs / 60_000)} 分钟` : `${Math.ceil(leftMs / 1000)} 秒`;
}

/** `12.5升 2.50` */
function useText({ml, fen}: ShowerShown): string {
  return `${litres(ml)}升 ${yuan(fen)}`;
}

/** What stands before what is left. */
const WARNINGS = {not: '', share: '快完 ', time: '30秒 '} as const;

function leftText({leftFen}: ShowerShown): string {
  return `余 ${yuan(leftFen)}`;
}

export const CHINESE: Dictionary = {
  ...CHINESE_CALLS,
  screens: {
    IDLE: ({asks}) => ['欢迎停车', asks === 'code' ? '请扫码或输密码' : '请刷卡'],
    CHECKING: () => ['正在核验', '请稍候'],
    OPENING: ({bay}) => [`${bay} 正在开锁`, '请稍候'],
    OPEN: ({bay}) => [`${bay} 已开锁`, '请驶入车位'],
    ALREADY_OPEN: ({bay}) => [`${bay} 已打开`, '请直接驶入'],
    GUIDE: ({bay, zone, collector, arrow}) => [`${bay} 在${zone}区`, `请到 ${collector} ${arrow}`],
    RESWIPE: () => ['刷卡未成功', '请重新刷卡'],
    NOT_VALID_HERE: () => ['此处无效', '请联系值班员'],
    REFUSED: ({reason, leftMs}) => [
      REFUSALS[reason],
      leftMs === undefined ? '请联系值班员' : `还有 ${waitText(leftMs)}`,
    ],
    LOCKED_OUT: ({leftMs}) => ['尝试次数过多', `请等 ${waitText(leftMs)}`],
    PRESS_EMERGENCY: () => ['多次刷卡未成功', '请按紧急按钮'],
    ONE_CARD_PLEASE: () => ['检测到多张卡', '请只刷一张卡'],
    HOLD_STILL: () => ['读卡未完成', '请把卡贴稳'],
    SHOW_AGAIN: () => ['读码未完成', '请再次出示'],
    CLOSING: ({bay}) => [`${bay} 正在关闭`, '请勿靠近'],
    REMOVE_CARD: () => ['已读到卡', '请取走卡片'],
    SWIPE_AGAIN: () => ['操作已中断', '请再刷一次'],
    BAY_OCCUPIED: ({bay, alternative}) => [
      `${bay} 已被占用`,
      alternative === undefined ? '请联系值班员' : `可停 ${alternative}`,
    ],
    CAR_PRESENT: ({bay}) => [`${bay} 上有车`, '请先驶出车位'],
    WRONG_BAY: ({bay, rightBay}) => [
      `${bay} 停错车位`,
      rightBay === undefined ? '请联系值班员' : `请停到 ${rightBay}`,
    ],
    NOT_READY: ({bay}) => [`${bay} 未启用`, '请联系值班员'],
    NO_ENTRY: () => ['暂停入场', '请联系值班员'],
    FIRE: () => ['火警', '请立即离开'],
    STALL_FREE: () => ['请输入授权码', '按#键确认'],
    STALL_OUT: () => ['暂停使用', '请换一个淋浴间'],
    STALL_SERVICE: () => ['维护中', '清洁 冲洗'],
    SHOWER: shown => [useText(shown), WARNINGS[shown.warned ?? 'not'] + leftText(shown)],
    SHOWER_PAUSED: shown => ['已暂停 按#继续', leftText(shown)],
    RINSE_OFFERED: () => ['余额用完', '按#冲洗60秒'],
    RINSING: () => ['冲洗60秒', '费用记欠款'],
    SHOWER_OVER: shown => ['欢迎再来', useText(shown)],
    CALL_SENT: () => ['已呼叫值班员', '请稍候'],
    STAFF_COMING: () => ['值班员正在赶来', '请稍候'],
  },
  reasons: {
    NOT_FOUND: '未登记的卡',
    NOT_YET_VALID: '未到使用时间',
    EXPIRED: '卡已过期',
    REVOKED: '卡已注销',
    BLOCKED: '卡已停用',
    ALREADY_USED: '卡已用过',
    OTHER_POINT: '其他车位',
    OTHER_SITE: '其他停车场',
    BAD_MAC: '校验不符',
    REPLAY: '重复报文',
    CLONE_SUSPECT: '疑似复制卡',
    READ_ERROR: '读卡错误',
    TIMEOUT: '超时',
    NO_ANSWER: '无应答',
    LOW_BALANCE: '余额不足',
    BAY_OCCUPIED: '车位被占用',
    CAR_PRESENT: '车位有车',
    DEVICE_OFFLINE: '设备离线',
    DEVICE_FAULT: '设备故障',
    OBSTACLE: '有障碍物',
    OVERCURRENT: '电机过流',
    LOCKED_OUT: '暂时锁定',
    NEEDS_GUARD: '需值班员处理',
    UNCOMMISSIONED: '车锁未调试',
    NO_ADMISSION: '暂停入场',
    STORAGE_FULL: '存储已满',
    FIRE: '火警',
  },
  alarmKinds: {
    UNLOCK_FAILED: '开锁失败，有人等候',
    RELOCK_FAILED: '升锁失败',
    EMERGENCY_BUTTON: '紧急呼叫',
    FIRE: '火警',
    CLONE_SUSPECT: '疑似复制卡',
    INTRUDER: '车位被占用，无授权',
    WRONG_BAY: '停错车位',
    MANUAL_OPEN: '车锁被人工放下',
    WRONG_STATE: '车锁状态异常',
    TAMPER: '设备被撬动',
    CODE_GUESSING: '有人连续输错密码',
    LEAK: '阀门已关仍在出水',
    NO_FLOW: '阀门已开但无水',
    NO_WATER: '全站停水',
    BATHER_SILENT: '请查看沐浴者',
    HOT_WATER: '水温过高',
    SEAL_FAULT: '集控器报文校验多次失败',
    SENSOR_FAULT: '车位传感器故障',
    DEVICE_OFFLINE: '设备离线',
    BUS_DOWN: '总线中断',
    BUTTON_FAULT: '紧急按钮故障',
    STORAGE_FAULT: '存储故障',
    STORAGE_FULL: '存储空间不足',
    SITE_INCIDENT: '多把车位锁同时故障',
    STORAGE_SLOW: '存储缓慢',
    BATTERY_LOW: '车位锁电量低',
    IDENTITY_CLONED: '另一台网关正在使用同一身份',
    ADDRESS_CLASH: '两台设备地址相同',
    UNCOMMISSIONED: '车位锁未调试',
    KEYPAD_FAULT: '键盘故障',
    CARD_STOCK_LOW: '卡片库存不足',
    DISPENSER_FAULT: '发卡机故障',
    GATE_FAULT: '道闸故障',
    COUNTER_FAULT: '人数计数器故障',
    COUNTER_DRIFT: '人数计数漂移',
    METER_FAULT: '水表故障',
    VALVE_FAULT: '水阀故障',
    BOARD_LOST: '值班台失联',
    CALL_TEST: '呼叫测试',
    CALL_TEST_FAILED: '呼叫测试未通过',
    CONFIG_ROLLED_BACK: '新配置已撤回',
  },
  alarmStates: {
    raised: '新报警',
    notified: '已通知',
    acked: '已接警',
    onsite: '已到场',
    closed: '已关闭',
  },
  arms: {
    unknown: '未知',
    up: '升起',
    down: '放下',
    moving: '运动中',
    blocked: '受阻',
    forced: '被强行移动',
  },
  occupancies: {unknown: '未知', vacant: '空闲', occupied: '有车'},
  phases: {
    open_wait_car: '等待驶入',
    parked: '停放中',
    away: '暂离',
    overtime: '超时',
    leaving: '正在离开',
    relocking: '正在升锁',
    closed: '已结束',
  },
  lamps: {
    serving: '绿色：正常服务',
    offline: '绿色闪烁：云端已断开，本站照常服务',
    bus_fault: '黄色：有总线无应答，见下方',
    not_serving: '红色：暂不接受新用户，请查看存储和告警',
    enrolling: '蓝色：等待在云端登记',
  },
  links: {none: '未配置', online: '已连接', offline: '已断开，数据保存在本地'},
  warnings: {
    threadPoolSmall: 'UV_THREADPOOL_SIZE 未设置或过小，串口可能延迟数秒；请用启动脚本启动',
    bareCardNumbers: '该集控器接受可被复制的裸卡号（minCardSecurity: uid）',
    wallClockUnset: '系统时间不可信，请检查时钟',
    pageOnNetwork: '本页面可被网络上的其他设备访问',
  },
  page: CHINESE_PAGE,
  manualRelease: {
    title: '手动降锁步骤',
    bays: '车位',
    steps: [
      '确认挡臂旁无人、上方无车。',
      '用现场钥匙打开锁盖并拉动释放杆，或使用应急遥控器。',
      '将挡臂压平直至卡入，然后关好锁盖。',
      '在下方勾选车位，并记下时间和车牌号。',
      '总线恢复后通知控制室：每把锁升降一次。',
    ],
    print: '打印手动降锁步骤',
  },
};
