import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {clientText, openApiText} from './description.js';

/** From dist back to the sources. */
const fileOf = (name: string) =>
  fileURLToPath(new URL(`../../../cloud-sync/client/${name}`, import.meta.url));

const openApi = await openApiText();
writeFileSync(fileOf('openapi.json'), openApi);
writeFileSync(fileOf('schema.ts'), await clientText(openApi));
