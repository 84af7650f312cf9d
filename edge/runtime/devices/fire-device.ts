import {ContactPanel} from '../../../drivers/fire-panel/contact-panel.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import type {PlantParts} from './plant-parts.js';
import type {SiteDevice} from './site-device.js';

/** Short enough for every contact that holds for as long as the driver asks. */
const POLL_MS = 100;

/** A fire panel of the building. Its board tells when it is gone. */
export function createFirePanel(config: PlantOf<'fire-panel'>, parts: PlantParts): SiteDevice {
  const panel = new ContactPanel({
    id: parts.id,
    fire: config.fire,
    listener: {onFire: isStanding => parts.onFire(isStanding), onHealth: () => {}},
  });
  for (const [input, listener] of panel.inputs) {
    parts.listenTo(config.inputs, input, listener, POLL_MS);
  }
  return {
    get health() {
      return panel.health;
    },
    describe: () => {
      if (panel.isFire === undefined) return '';
      return panel.isFire ? 'fire' : 'quiet';
    },
    close: () => panel.close(),
  };
}
