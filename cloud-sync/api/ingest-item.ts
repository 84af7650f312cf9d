import type {UpMessages} from '../../protocols/cloud/up-messages.js';

type IngestName = 'hello' | 'hb' | 'ev' | 'live' | 'gone' | 'cfg' | 'rev' | 'res' | 'bays';
/** One message of a gateway that the database has to know of. */
export type IngestItem = {
  [Name in IngestName]: {
    readonly name: Name;
    readonly gateway: string;
    readonly message: UpMessages[Name];
  };
}[IngestName];
