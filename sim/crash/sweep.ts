import {sweepAbandoned} from './work-folder.js';

/** What the script runs at its end, however it ended. Says what it found, since a sound run leaves nothing. */
for (const name of await sweepAbandoned()) process.stdout.write(`# swept ${name}\n`);
