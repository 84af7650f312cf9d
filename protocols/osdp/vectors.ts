/** Frames without their check, and the check. SIA OSDP 2.2, annex E; devices.md 2.7. Hex. */
export const CHECK_VECTORS: readonly {
  readonly body: string;
  readonly check: string;
}[] = [
  {body: '53 7F 0D 00 04 6E 00 80 25 00 00', check: '6E 38'},
  {body: '53 00 09 00 04 61 00', check: 'C0 66'},
  {body: '53 7F 0C 00 00 6E 00 80 25 00 00', check: '0F'},
  {body: '53 00 08 00 00 61 00', check: '44'},
];

/** Session of the default key. SIA OSDP 2.2, annex E; devices.md 2.7. Hex. */
export const SESSION_VECTOR = {
  scbk: '30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 3F',
  randomA: 'B0 B1 B2 B3 B4 B5 B6 B7',
  randomB: 'A0 A1 A2 A3 A4 A5 A6 A7',
  enc: 'BF8DC2A8329ACB8C67C6D0CD9A451682',
  mac1: '5E86C676603BDEE2D8BEAFE178637332',
  mac2: '6FDA86E857777E81132035758239172E',
  host: '26D3356E07762D262801FC8E6665A891',
  client: 'FDE5D2F428EC16312471EA3C02BD7796',
  replyMac: 'B2A30057EB98BA2229EC1F875662B524',
} as const;

/**
 * A session between two foreign ends, recorded on a line: reader 5 of libosdp 3.2.0, key and random
 * numbers as given. The reader has a card of 37 bits waiting at the first POLL. devices.md 2.7. Hex.
 */
export const LIVE_SESSION = {
  address: 5,
  scbk: '00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F',
  randomA: 'B0 B1 B2 B3 B4 B5 B6 B7',
  randomB: '2A 31 97 F1 83 F2 94 EF',
  client: 'CC BB 99 00 04 03 02 01',
  enc: '65ee2c90c67a98fda8be8b7238b0dd94',
  mac1: 'bba5fa188624bea5dfb6d61d2596535c',
  mac2: '067a271b70c736c0df9a55c2c20df742',
  cardBits: 37,
  cardData: '01 23 45 67 89',
  frames: [
    {
      command: 'ff53050900046100c125',
      reply: '538514000445ccbb0a9901040302010102030d74',
    },
    {
      command: 'ff53050900056200a247',
      reply: '5385260005460101040201020301000401010501010601010801000901000a0001100200456a',
    },
    {
      command: 'ff530513000e03110176b0b1b2b3b4b5b6b727ff',
      reply:
        '53852b000e03120176ccbb9900040302012a3197f183f294ef3e4777ab1dc60f152f190c3017ed6fe24eb2',
    },
    {
      command: 'ff53051b000f0313017753645fa8e3e577bd13d97e2334f639f2387d',
      reply: '53851b000f03140178138b26c23f68b0ea7ed07c4d431a4ac09755',
    },
    {
      command: 'ff53050e000d021560a2911d9848bf',
      reply: '53851e000d0218504ecbe3251e00a9997b3f03a6d06acc35fdc89a745f64',
    },
    {
      command: 'ff53051e000e0217683da820759f2244fd263818106ef5da53fdf64b7948a4',
      reply: '53850e000e0216403d7f36dcde43',
    },
    {
      command: 'ff53050e000f0215607f18e21d72c6',
      reply: '53850e000f021640c9e23457582d',
    },
  ],
} as const;
