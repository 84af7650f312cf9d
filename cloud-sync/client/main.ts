import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {openApiText} from './description.js';

/** From dist back to the sources: what the client's types are made from with each build. */
const file = fileURLToPath(new URL('../../../cloud-sync/client/openapi.json', import.meta.url));

writeFileSync(file, await openApiText());
