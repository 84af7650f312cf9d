import type {z} from 'zod';
import {brokerAddress} from '../broker-address.js';
import {exactly, secretReference, text} from '../fields.js';

/** Messages of devices that speak MQTT, from a broker of the site. */
export const feedSchema = exactly({
  broker: brokerAddress.describe('Broker of the site that the device publishes at.'),
  user: text(64, 'User name at the broker.').optional(),
  password: secretReference('Password of that user.').optional(),
}).describe('Where its messages come from.');

export type FeedConfig = z.output<typeof feedSchema>;
