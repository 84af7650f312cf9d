import {z} from 'zod';
import {ROLES} from '../page/staff/roles.js';
import {bathSchema} from './bath-schema.js';
import {brokerAddress} from './broker-address.js';
import {busSchema, type DeviceConfig} from './bus-schema.js';
import {callsSchema} from './calls-schema.js';
import {collectorSchema} from './collector-schema.js';
import {OWN_BUTTON_KINDS} from './device-kinds/buttons.js';
import {PLANT_OWN_KINDS} from './device-kinds/plant-kinds.js';
import {READ_OWN_KINDS} from './device-kinds/read-kinds.js';
import {
  choice,
  duration,
  exactly,
  flag,
  identifier,
  integer,
  kindOf,
  listOf,
  secretReference,
  text,
} from './fields.js';
import {BUILT_PROFILES} from './profile-check.js';
import {rulesSchema} from './rules-schema.js';

/** They have a name already, but no code. */
const PLANNED_PROFILES = ['stay', 'unlockService'] as const;

const built: readonly string[] = BUILT_PROFILES;
const planned: readonly string[] = PLANNED_PROFILES;

const profileSchema = z
  .enum(BUILT_PROFILES, {
    error: issue =>
      planned.includes(String(issue.input))
        ? `profile is not built in this version; built are: ${built.join(', ')}`
        : `unknown profile; known are: ${[...built, ...planned].join(', ')}`,
  })
  .describe('What the site does.');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', {timeZone: name});
    return true;
  } catch {
    return false;
  }
}

const siteSchema = exactly({
  id: identifier('Name of the site in every message and row.'),
  name: text(64, 'Name that people read.'),
  timezone: z
    .string({error: 'expected a zone such as Asia/Shanghai'})
    .refine(isTimeZone, {error: 'expected a zone such as Asia/Shanghai'})
    .describe('Zone of weekly windows and of shown times.'),
  kind: choice(
    ['public', 'residential'],
    'Kind of lot: where people live, its gates let in those alone who have a right.',
  ).default('public'),
  language: choice(['zh-CN', 'en'], 'Language of displays and page.').default('zh-CN'),
  manualRelease: listOf(text(200, 'One step.'), 1, 8)
    .optional()
    .describe('How to lower a lock without power, step by step; default: the usual way.'),
});

const pageSchema = exactly({
  host: text(253, 'Address to listen on.').default('127.0.0.1'),
  port: integer(0, 65_535, 'Port to listen on; 0 takes a free one.').default(8080),
}).prefault({} as never);

const explicitCloudSchema = exactly({
  broker: brokerAddress.describe('Broker that the gateway connects to.'),
  tenant: identifier('Tenant, first part of every topic.'),
  gateway: identifier('Name of this gateway, second part of every topic.'),
  publicKey: secretReference('Ed25519 key under which the cloud signs.'),
});

const enrolledCloudSchema = exactly({
  identity: text(400, 'Folder that `latchkey enroll` filled, relative to the site file.'),
});

const cloudSchema = z.union([enrolledCloudSchema, explicitCloudSchema]);

const contactSchema = exactly({
  name: text(64, 'Whom to tell.'),
  afterMs: duration(
    0,
    86_400_000,
    'Told when nobody acknowledged so long; each later than the last.',
  ),
});

const staffSchema = exactly({
  id: identifier('Name in the audit.'),
  name: text(64, 'Name that people read.'),
  role: choice(ROLES, 'What the person may do on the page.').default('guard'),
  shared: flag(
    'An account of several people, such as a reception: it takes calls, and nothing else.',
  ).default(false),
});

/** A device that hangs on no line. */
const ownDeviceSchema = kindOf([...READ_OWN_KINDS, ...OWN_BUTTON_KINDS, ...PLANT_OWN_KINDS]);

const issuerSchema = exactly({
  kid: integer(0, 255, 'Number of the key, as tokens name it.'),
  publicKey: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, {error: 'expected 64 hex digits'})
    .describe('Ed25519 public key of the issuer: 32 bytes in hex.'),
});

/** The whole site file. */
export const siteConfigSchema = exactly({
  site: siteSchema,
  profiles: listOf(profileSchema, 1, 5).describe('Profiles that run together on this site.'),
  database: text(400, 'Database file, relative to the site file.'),
  databaseMaxMb: integer(8, 65_536, 'Quota of the database file.', 'MB').default(512),
  secretKey: secretReference('Key of card secrets at rest: 32 bytes in hex.').optional(),
  page: pageSchema,
  tokenKeys: listOf(issuerSchema, 0, 2)
    .default([])
    .describe('Keys under which QR tokens for this site are signed; two while one takes over.'),
  cloud: cloudSchema
    .optional()
    .describe(
      'The way to the cloud. Left out, it is the identity in the folder `identity` beside the database; without one the site runs alone.',
    ),
  buses: listOf(busSchema, 0, 32).default([]).describe('RS-485 lines.'),
  devices: listOf(ownDeviceSchema, 0, 256)
    .default([])
    .describe('Devices with a link of their own, or built from outputs and inputs of boards.'),
  collectors: listOf(collectorSchema, 0, 64).default([]).describe('Collectors and their bays.'),
  bath: bathSchema.optional().describe('Showers by code; with the profile `bath`.'),
  contacts: listOf(contactSchema, 1, 16).describe('Whom alarms call, in order.'),
  calls: callsSchema.optional().describe('How calls for help are answered, and tested.'),
  staff: listOf(staffSchema, 0, 200).default([]).describe('Persons who may act on the page.'),
  rules: rulesSchema.describe('Numbers of the lot.'),
});

export type OwnDeviceConfig = z.output<typeof ownDeviceSchema>;
/** An entry of the site file, on a line or not. */
export type SiteDeviceConfig = DeviceConfig | OwnDeviceConfig;
export type SiteConfig = z.output<typeof siteConfigSchema>;
