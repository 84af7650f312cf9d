/** 888 free spaces in green and the reply of the board, with sums of the maker. Hex. */
export const SPACE_COUNTER_VECTORS = {
  source:
    'Xunpeng Technology, internal protocol of the parking board (zhiliandun.com proview-133-10)',
  request: '3A 00 78 03 01 B6 0A',
  reply: '2A 00 78 03 01 A6 0A',
  count: 888,
  info: 1,
} as const;
