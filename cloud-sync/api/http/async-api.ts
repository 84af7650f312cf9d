import {z} from 'zod';
import {DOWN_SCHEMAS} from '../../../protocols/cloud/down-messages.js';
import {DOWN_NAMES, type DownName, UP_NAMES, type UpName} from '../../../protocols/cloud/topics.js';
import {CONTRACT_VERSION, UP_SCHEMAS} from '../../../protocols/cloud/up-messages.js';

const SAYS_UP: Readonly<Record<UpName, string>> = {
  st: 'On or off, with the session; retained, and the will',
  hello: 'First message of each connection: epoch, session, clocks, head, versions held',
  hb: 'Every 10 s: session, clocks, head, versions held',
  ev: 'At most 500 events in a row with the chain before and after, as lines. One that follows from a command bears its traceparent: `trace` in its body, or in the `cause` there',
  live: 'Early copies of urgent events while a backlog drains; made good by their batch',
  gone: 'Numbers that are no longer held',
  cfg: 'Version of the grants applied, or what is missing',
  rev: 'Version of the revocations applied',
  res: 'What became of a command: `taken` when it has begun, then its end',
  site: 'What became of the newest site file from the cloud',
  notice: 'Which notices are held',
  bays: 'Every 30 s how all bays stand, in case an event of theirs was missed',
  csr: 'Asks for the next certificate',
};

const SAYS_DOWN: Readonly<Record<DownName, string>> = {
  ack: 'Committed up to here, or please again from here, or number anew',
  time: 'Time of day, answers each hello and heartbeat',
  cfg: 'Changes of grants and credentials, in order',
  snap: 'A part of the whole state of grants and credentials',
  rev: 'Ids withdrawn for good, ahead of everything else',
  cmd: 'One act for one session, now or never; `tp` is the traceparent of the request it came of',
  site: 'A piece of the wanted site file',
  notice: 'What is to be shown at the lot',
  crt: 'The certificate that was asked for',
  fence: 'Go read-only until you are enrolled anew',
};

/** Which message answers which. */
const REPLIES: Readonly<Partial<Record<DownName, UpName>>> = {
  cmd: 'res',
  cfg: 'cfg',
  snap: 'cfg',
  rev: 'rev',
  site: 'site',
  notice: 'notice',
};

/** A content byte and JSON. */
const JSON_CONTENT = 'application/vnd.latchkey.json';
/** A content byte, a line of JSON, and lines that are texts: `lines` in the schema. */
const LINES_CONTENT = 'application/vnd.latchkey.lines';

const PARAMETERS = {
  tenant: {description: 'Whose gateway it is: 1-64 of `A-Z a-z 0-9 _ . -`'},
  gateway: {description: 'Its name, which is its MQTT client id too: 1-64 of the same'},
};

/**
 * The topics between gateways and cloud as an AsyncAPI 3 document, from the schemas that both ends validate
 * by. No payload is JSON as it stands: a content byte comes first, which the content types say.
 * @see sync.md 7; https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function asyncApi(): object {
  return {
    asyncapi: '3.0.0',
    info: {
      ...{title: 'Latchkey gateways', version: `${CONTRACT_VERSION}.0.0`, license: {name: 'MIT'}},
      description:
        'MQTT 3.1.1 or 5. A payload is a content byte and its text in UTF-8, at most 64 KB together. ' +
        `\`${JSON_CONTENT}\`: 1 and JSON, or 2 and JSON deflated (RFC 1951). \`${LINES_CONTENT}\`: 3, or 4 ` +
        'and deflated: a JSON object up to the first line break, then texts with a line break between ' +
        'two, which the schema shows as the key `lines`. Every message of the cloud but `ack` is signed ' +
        'with Ed25519 over topic and payload.',
    },
    defaultContentType: JSON_CONTENT,
    channels: {
      ...Object.fromEntries(UP_NAMES.map(name => [`up_${name}`, channel('u', name)])),
      ...Object.fromEntries(DOWN_NAMES.map(name => [`down_${name}`, channel('d', name)])),
    },
    operations: {
      ...Object.fromEntries(UP_NAMES.map(name => [`take_${name}`, operation('up', name)])),
      ...Object.fromEntries(DOWN_NAMES.map(name => [`send_${name}`, operation('down', name)])),
    },
    components: {
      messages: {
        ...Object.fromEntries(
          UP_NAMES.map(name => [`up_${name}`, message(name, SAYS_UP[name], UP_SCHEMAS[name])]),
        ),
        ...Object.fromEntries(
          DOWN_NAMES.map(name => [
            `down_${name}`,
            message(name, SAYS_DOWN[name], DOWN_SCHEMAS[name]),
          ]),
        ),
      },
    },
  };
}

function channel(direction: 'u' | 'd', name: string): object {
  const key = `${direction === 'u' ? 'up' : 'down'}_${name}`;
  return {
    address: `v1/{tenant}/{gateway}/${direction}/${name}`,
    parameters: PARAMETERS,
    messages: {[name]: {$ref: `#/components/messages/${key}`}},
  };
}

/** As the cloud sees it: it takes what goes up and sends what goes down. */
function operation(direction: 'up' | 'down', name: string): object {
  const key = `${direction}_${name}`;
  const reply = direction === 'down' ? REPLIES[name as DownName] : undefined;
  return {
    action: direction === 'up' ? 'receive' : 'send',
    channel: {$ref: `#/channels/${key}`},
    messages: [{$ref: `#/channels/${key}/messages/${name}`}],
    ...(reply && {reply: {channel: {$ref: `#/channels/up_${reply}`}}}),
  };
}

function message(name: string, summary: string, schema: z.ZodType): object {
  // As it stands on the wire: what a schema makes of it afterwards is nobody's matter.
  const {$schema: _, ...payload} = z.toJSONSchema(schema, {io: 'input', target: 'draft-7'});
  return {name, summary, contentType: name === 'ev' ? LINES_CONTENT : JSON_CONTENT, payload};
}
