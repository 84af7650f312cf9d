import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {takeInventory} from '../config/inventory.js';
import {YamlSource} from '../config/yaml-source.js';
import {devicePlace} from './device-place.js';

const FOLDER = 'edge/install';

test('every device of the example files is known to device replace, and where its address stands, if it has one', t => {
  const reached = new Set<string>();
  for (const name of readdirSync(FOLDER).filter(one => /^example-.*\.yaml$/.test(one))) {
    const source = new YamlSource(readFileSync(join(FOLDER, name), 'utf8'), name);
    for (const {id, kind, line} of takeInventory(source.value).devices) {
      const place = devicePlace(source, id);
      t.is(place?.kind, kind, `${name}: ${id}`);
      if (!place?.addressPath) continue;
      reached.add(place.addressPath.slice(line === undefined ? 2 : 4).join('.'));
      t.is(source.valueAt(place.addressPath), place.address);
      t.true(source.withScalar(place.addressPath, 'x')?.includes('"x"'));
    }
  }
  const hids =
    "devices: [{id: K, kind: hid-scanner, hid: {vendorId: 1, productId: 2, serial: '007'}}]";
  t.like(devicePlace(new YamlSource(hids, 'hid.yaml'), 'K'), {address: '007'});
  const board =
    'buses: [{id: B, devices: [{id: L, kind: board-lock, model: m, board: 1, lock: 3}]}]';
  t.like(devicePlace(new YamlSource(board, 'board.yaml'), 'L'), {address: 3});
  for (const way of ['address', 'link.host', 'link.serialNo', 'link.path', 'topic']) {
    t.true(reached.has(way), way);
  }
});
