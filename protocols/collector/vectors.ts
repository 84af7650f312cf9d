/** AES-256-GCM as published. Hex. @see McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test case 16 */
export const GCM_TEST_CASE_16 = {
  key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
  iv: 'cafebabefacedbaddecaf888',
  additionalData: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
  plaintext:
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
    '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  ciphertext:
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
    '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
  tag: '76fc6ece0f4e1768cddf8853bb2d551b',
} as const;

/** Key of the frames below: bytes 00..1F. */
export const FRAME_KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';

/**
 * Whole frames computed from the layout by an AES-GCM written for this purpose in Python, itself
 * proven on test case 16. The plaintexts were put together by hand.
 */
export const FRAME_VECTORS = [
  {
    name: 'C2 reports card 62E3086CED as request 7',
    collector: 'C2',
    direction: 'up',
    counter: 1000n,
    plaintext: '01 0104 00000007 0205 62E3086CED 0300',
    frame:
      '4c4b 01 00 9685eb76 00000000000003e8 0010 ffef ' +
      '4f545919044b92dbbc622974f895637a e231d627e1492b7429a1ab1a779eeecb',
  },
  {
    name: 'C2 is told that request 7 is denied as EXPIRED',
    collector: 'C2',
    direction: 'down',
    counter: 0x0123_4567_89ab_cdefn,
    plaintext: '01 0104 00000007 0301 02 0407 45585049524544',
    frame:
      '4c4b 01 01 9685eb76 0123456789abcdef 0013 ffec ' +
      '48ce6771cf3ba9c7f01f769cf10c1218ea950e c74acfb5676f3fe1a7fc937fa73778ed',
  },
] as const;
