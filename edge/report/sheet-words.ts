interface SheetWords {
  readonly title: string;
  readonly devices: string;
  /** In the order of the cells of a row. */
  readonly columns: readonly string[];
  readonly photos: string;
  readonly signature: string;
  readonly labels: string;
}

export const SHEET_WORDS: Readonly<Record<'en' | 'zh-CN', SheetWords>> = {
  en: {
    title: 'Commissioning sheet',
    devices: 'Devices',
    columns: ['Place', 'Device', 'Kind', 'Address', 'Model and firmware', 'Health', 'Tests'],
    photos: 'Photos',
    signature: 'Installer, place, date',
    labels: 'Labels of the spaces',
  },
  'zh-CN': {
    title: '调试验收单',
    devices: '设备',
    columns: ['位置', '设备', '类型', '地址', '型号与固件', '状态', '测试'],
    photos: '照片',
    signature: '安装人员、地点、日期',
    labels: '车位标签',
  },
};
