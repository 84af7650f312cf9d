import {z} from 'zod';
import {brokerAddress} from '../broker-address.js';
import {choice, exactly, secretReference, text} from '../fields.js';

/** Messages of devices that speak MQTT, from a broker of the site. */
export const feedSchema = exactly({
  broker: brokerAddress.describe('Broker of the site that the device publishes at.'),
  user: text(64, 'User name at the broker.').optional(),
  password: secretReference('Password of that user.').optional(),
}).describe('Where its messages come from.');

export type FeedConfig = z.output<typeof feedSchema>;

export const uplinkTopic = text(200, 'Topic of its uplinks, exact.');

/** A radio gateway publishes each uplink of a device on a topic of that device. */
export const uplinkForm = z
  .union(
    [
      z.literal('bytes'),
      exactly({
        field: text(64, 'Field of the JSON object that holds the payload.').default('data'),
        encoding: choice(['base64', 'hex'], 'How it is written there.').default('base64'),
      }),
    ],
    {error: 'expected bytes, or field and encoding'},
  )
  .default({field: 'data', encoding: 'base64'})
  .describe('How the gateway wraps a payload; bytes: not at all.');
