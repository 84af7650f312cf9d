/** Numbered by position, applied once each, in one transaction with `user_version`. Never edited after
 *  a release; a change is a new entry. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE gateway (
    gw TEXT PRIMARY KEY,
    boot TEXT,
    firmware TEXT,
    seen_wall INTEGER,
    cfg_ver INTEGER NOT NULL DEFAULT 0,
    cfg_hash TEXT NOT NULL,
    held_ver INTEGER NOT NULL DEFAULT 0,
    held_hash TEXT,
    rev_ver INTEGER NOT NULL DEFAULT 0,
    held_rev INTEGER NOT NULL DEFAULT 0,
    command_n INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE epoch (
    gw TEXT NOT NULL REFERENCES gateway,
    no INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    known INTEGER NOT NULL,
    known_h BLOB,
    started_wall INTEGER NOT NULL,
    PRIMARY KEY (gw, no),
    UNIQUE (gw, epoch)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ev (
    gw TEXT NOT NULL,
    epoch_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    boot TEXT NOT NULL,
    mono REAL NOT NULL,
    wall INTEGER NOT NULL,
    clk TEXT NOT NULL,
    body TEXT NOT NULL,
    h BLOB,
    received_wall INTEGER NOT NULL,
    PRIMARY KEY (gw, epoch_no, seq),
    FOREIGN KEY (gw, epoch_no) REFERENCES epoch (gw, no)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ev_conflict (
    gw TEXT NOT NULL,
    epoch_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    boot TEXT NOT NULL,
    mono REAL NOT NULL,
    wall INTEGER NOT NULL,
    clk TEXT NOT NULL,
    body TEXT NOT NULL,
    received_wall INTEGER NOT NULL,
    PRIMARY KEY (gw, epoch_no, seq, kind, body, mono)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE gap (
    gw TEXT NOT NULL,
    epoch_no INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER NOT NULL,
    why TEXT NOT NULL,
    marked_wall INTEGER NOT NULL,
    PRIMARY KEY (gw, epoch_no, from_seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE fault (
    gw TEXT NOT NULL,
    kind TEXT NOT NULL,
    raised_wall INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (gw, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE bay (
    gw TEXT NOT NULL,
    bay TEXT NOT NULL,
    arm TEXT NOT NULL,
    occupancy TEXT NOT NULL,
    online INTEGER NOT NULL,
    saleable INTEGER NOT NULL,
    changed_wall INTEGER NOT NULL,
    epoch_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (gw, bay)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE alarm (
    gw TEXT NOT NULL,
    alarm TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    bay TEXT,
    collector TEXT,
    count INTEGER NOT NULL,
    contact TEXT,
    person TEXT,
    note TEXT,
    changed_wall INTEGER NOT NULL,
    epoch_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (gw, alarm)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE grant_row (
    gw TEXT NOT NULL REFERENCES gateway,
    section TEXT NOT NULL,
    id TEXT NOT NULL,
    row TEXT NOT NULL,
    lease_until INTEGER,
    PRIMARY KEY (gw, section, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE grant_change (
    gw TEXT NOT NULL REFERENCES gateway,
    ver INTEGER NOT NULL,
    op TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (gw, ver)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE revocation (
    gw TEXT NOT NULL REFERENCES gateway,
    id TEXT NOT NULL,
    ver INTEGER NOT NULL,
    wall INTEGER NOT NULL,
    PRIMARY KEY (gw, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE command (
    id TEXT PRIMARY KEY,
    gw TEXT NOT NULL REFERENCES gateway,
    bay TEXT NOT NULL,
    by TEXT NOT NULL,
    ttl_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    created_wall INTEGER NOT NULL,
    closed_wall INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    command TEXT NOT NULL,
    answer TEXT,
    created_wall INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE api_key (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_wall INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
