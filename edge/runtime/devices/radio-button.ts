import type {
  EmergencyButton,
  EmergencyButtonListener,
} from '../../../drivers/emergency-button/contract.js';
import {MilesightButton} from '../../../drivers/emergency-button/milesight-button.js';
import {UplinkDesk} from '../../../drivers/port/uplink-desk.js';
import type {OwnDeviceConfig} from '../../config/schema.js';
import type {PlantParts} from './plant-parts.js';

/** A call button that reports by radio, with the feed of its uplinks. */
export function createMilesightButton(
  {topic, form, feed, reportMs}: Extract<OwnDeviceConfig, {kind: 'milesight-button'}>,
  {id, clock, openFeed}: PlantParts,
  listener: EmergencyButtonListener,
): EmergencyButton {
  const button = new MilesightButton({id, clock, listener, reportMs});
  const desk = new UplinkDesk({
    ...{feed: openFeed(feed), form},
    devices: new Map([[topic, button]]),
  });
  return {
    id,
    get line() {
      return button.line;
    },
    signal: () => button.signal(),
    close: () => void desk.close(),
  };
}
