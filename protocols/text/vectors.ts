/** Texts with their GBK bytes, as makers of displays and users of cameras published them. Hex. */
export const GBK_VECTORS: readonly {
  readonly source: string;
  readonly text: string;
  readonly bytes: string;
}[] = [
  {
    source: 'captured FK voice frame, device notes 5.2',
    text: '粤B12345,欢迎光临',
    bytes: 'D4C1 42 31 32 33 34 35 2C BBB6 D3AD B9E2 C1D9',
  },
  {
    source: 'FK display protocol V2.0 (2020-12-10), command 30, example 1',
    text: '欢迎光临,请入场停车',
    bytes: 'BBB6 D3AD B9E2 C1D9 2C C7EB C8EB B3A1 CDA3 B3B5',
  },
  {
    source: 'FK display protocol V2.0, command 30, example 2',
    text: '请交费10元',
    bytes: 'C7EB BDBB B7D1 31 30 D4AA',
  },
  {
    source: 'FK display protocol V2.0, command 67, example',
    text: '自动识别减速慢行',
    bytes: 'D7D4 B6AF CAB6 B1F0 BCF5 CBD9 C2FD D0D0',
  },
  {
    source: 'captured result of a VZ camera on TCP 8131, 2022-07-25',
    text: '苏PC3K36',
    bytes: 'CBD5 50 43 33 4B 33 36',
  },
];
