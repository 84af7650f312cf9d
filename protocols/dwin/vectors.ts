/** Frames of DWIN DGUS II panels, without CRC. Hex. */
export const DWIN_VECTORS = {
  /** DWIN T5L DGUS II application development guide, serial commands; device notes 5.2. */
  writeAck: '5A A5 03 82 4F 4B',
  /** The same: switch to page 1. */
  pageOne: '5A A5 07 82 0084 5A01 0001',
  /** A key pressed on the panel, as the firmware Marlin documents it: variable 2001, one word 7801. */
  upload: '5A A5 06 83 2001 01 7801',
} as const;
