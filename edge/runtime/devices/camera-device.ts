import type {
  PlateCamera,
  PlateCameraListener,
  PlateSighting,
} from '../../../drivers/plate-camera/contract.js';
import {HttpPushCamera} from '../../../drivers/plate-camera/http-push.js';
import {MqttCamera} from '../../../drivers/plate-camera/mqtt-camera.js';
import {VzTcpCamera} from '../../../drivers/plate-camera/vz-tcp-camera.js';
import {unreachable} from '../../../protocols/base/errors.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import type {PlantParts} from './plant-parts.js';
import type {SiteDevice} from './site-device.js';

/** A plate camera. What it sees is journalled; over a bay it tells whose car stands there, at a gate who waits. */
export function createPlateCamera(config: PlantOf<'plate-camera'>, parts: PlantParts): SiteDevice {
  const {reports} = parts;
  let last = '';
  const camera = cameraFor(config, parts, {
    onPlate: sighting => {
      reports.onEvent('plate', plateData(sighting));
      last = `${sighting.kind} ${sighting.seen.plate}`.trim();
      if (sighting.kind === 'arrival') parts.onPlate?.(sighting.seen.plate);
    },
    onHealth: health => reports.onHealth(health),
  });
  return {
    get health() {
      return camera.health;
    },
    describe: () => last,
    close: () => camera.close(),
  };
}

function cameraFor(
  {link}: PlantOf<'plate-camera'>,
  parts: PlantParts,
  listener: PlateCameraListener,
): PlateCamera {
  const {id, clock, reports, plant} = parts;
  const {onTrouble} = reports;
  switch (link.kind) {
    case 'tcp': {
      // No line hangs behind it: speed and parity are nobody's concern.
      const bytes = parts.openLink({...link, baudRate: 115_200, parity: 'none'});
      return new VzTcpCamera({id, clock, link: bytes, listener, onTrouble});
    }
    case 'push': {
      const camera = new HttpPushCamera({id, clock, listener, onTrouble});
      plant.pushes.listen({...link.listen, resource: link.resource}, camera, onTrouble);
      return camera;
    }
    case 'mqtt': {
      const {maker, serialNo} = link;
      const feed = parts.openFeed(link.feed);
      return new MqttCamera({id, clock, feed, maker, serialNo, listener, onTrouble});
    }
    default:
      return unreachable(link, 'camera link');
  }
}

function plateData({kind, seen}: PlateSighting) {
  const {plate, confidence, isOffline, capturedWallMs} = seen;
  return {
    plate,
    confidence: confidence ?? null,
    decision: kind,
    isOffline,
    capturedWallMs: capturedWallMs ?? null,
  };
}
