import {generateKeyPairSync, randomBytes} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {CloudStore} from './cloud-store.js';
import {SecretBox} from './secret-box.js';
import {storeContract} from './store-contract.js';

const {privateKey} = generateKeyPairSync('ed25519');
const entropy = {bytes: (length: number) => randomBytes(length), fraction: () => 0, ulid: () => ''};

async function open(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-store-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const reopen = async () => {
    const store = await CloudStore.open(join(folder, 'cloud.db'));
    t.teardown(() => store.close());
    return store;
  };
  return {store: await reopen(), reopen};
}

const box = new SecretBox(privateKey, entropy);
storeContract({name: 'SQLite', open, box, hasManyWriters: false});
