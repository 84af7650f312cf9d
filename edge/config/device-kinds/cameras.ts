import {z} from 'zod';
import {choice, exactly, identifier, integer, kindOf, text} from '../fields.js';
import {feedSchema} from './feeds.js';

const link = kindOf([
  exactly({
    kind: z.literal('tcp'),
    host: text(253, 'Name or address of the camera.'),
    port: integer(1, 65_535, 'Its TCP port.').default(8131),
  }),
  exactly({
    kind: z.literal('push'),
    listen: exactly({
      host: text(253, 'Address of this computer that cameras post to.').default('127.0.0.1'),
      port: integer(1, 65_535, 'Port that cameras post to; several may share it.'),
    }),
    resource: z
      .string({error: 'expected a path such as /cameras/gate-1'})
      .regex(/^\/[A-Za-z0-9/_-]{1,199}$/, {error: 'expected a path such as /cameras/gate-1'})
      .describe('Path that this camera posts to; a long one keeps others out.'),
  }),
  exactly({
    kind: z.literal('mqtt'),
    feed: feedSchema,
    maker: choice(['vz', 'vz-old', 'sys', 'push'], 'Whose topics and messages.').default('vz'),
    serialNo: text(64, 'Serial number in its topics.'),
  }),
]).describe('How it tells what it sees.');

/** A camera that reads number plates. */
export const plateCamera = exactly({
  id: identifier('Name of the device.'),
  kind: z.literal('plate-camera'),
  link,
});
