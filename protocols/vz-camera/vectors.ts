/** What VZ cameras and their makers' papers show. Hex unless it is JSON. */
export const VZ_VECTORS = {
  /** Device notes 5.1: header of 8 bytes, type 1, nothing behind it. */
  heartbeat: '56 5A 01 00 00000000',
  /**
   * A captured result on TCP 8131 (2022-07-25), its JSON as it came; `license` is in GBK: CBD5 = 苏.
   */
  tcpResult: {
    before:
      '{"PlateResult":{"bright":0,"carBright":0,"carColor":255,"car_brand":{"brand":255,"type":255,' +
      '"year":65535},"colorType":1,"colorValue":0,"confidence":88,"direction":4,' +
      '"enable_encrypt":0,"fake_plate":0,"featureCode":true,"license":"',
    license: 'CBD5 50 43 33 4B 33 36',
    after:
      '","license_ext_type":0,"plate_distance":0,"plate_true_width":0,"timeStamp":{"Timeval":' +
      '{"sec":1658747570,"usec":488645}},"timeUsed":0,"triggerType":8,"type":1},"active_id":0,' +
      '"clipImgSize":0,"cmd":"ivs_result","fullImgSize":157469,"id":112,"imageformat":"jpg",' +
      '"timeString":"2022-07-25 19:12:50"}',
  },
  /** VZ HTTP push protocol, 2.1.1, with the fields that matter here. */
  httpResult:
    '{"AlarmInfoPlate":{"channel":0,"deviceName":"R5-V1.0","ipaddr":"192.168.55.131","result":' +
    '{"PlateResult":{"colorType":4,"confidence":96,"direction":0,"isoffline":0,' +
    '"license":"粤Z9065澳","plateid":21085,"timeStamp":{"Timeval":{"decday":9,"dechour":16,' +
    '"decmin":39,"decmon":6,"decsec":54,"decyear":2023,"sec":1686299994,"usec":687772}},' +
    '"triggerType":4,"type":14}},"rule_id":1,"serialno":"fe71e106-57263272","user_data":""}}',
  /** VZ HTTP push protocol, 2.5.1: multipart/form-data. */
  httpHeartbeat:
    '----caa771fe4a61f3d9\r\nContent-Disposition: form-data; name="device_name"\r\n\r\nIVS\r\n' +
    '----caa771fe4a61f3d9\r\nContent-Disposition: form-data; name="serialno"\r\n\r\n' +
    'd85b1269-8f942256\r\n----caa771fe4a61f3d9--\r\n',
} as const;
